{{/*
A container for initContainers of a Pod of yours: started before your own containers and ended after them, so that
their last connections are counted. It has no probe of readiness: what it cannot read must never take your Pod out
of service.
*/}}
{{- define "leasewatch.sidecar" -}}
- name: leasewatch
  restartPolicy: Always
  {{- include "leasewatch.container" . | nindent 2 }}
  {{- if include "leasewatch.asksKubernetes" . }}
    - name: leasewatch-token
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
  {{- end }}
{{- end }}

{{/* For the volumes of that Pod. The token is for this container alone: yours need none for its sake. */}}
{{- define "leasewatch.sidecar.volumes" -}}
{{ include "leasewatch.volumes" . }}
{{- if include "leasewatch.asksKubernetes" . }}
- name: leasewatch-token
  projected:
    sources:
      - serviceAccountToken: { path: token, expirationSeconds: 3607 }
      - configMap: { name: kube-root-ca.crt, items: [{ key: ca.crt, path: ca.crt }] }
      - downwardAPI: { items: [{ path: namespace, fieldRef: { fieldPath: metadata.namespace } }] }
{{- end }}
{{- end }}

{{/* For the labels of that Pod: the PodMonitor selects it by them. */}}
{{- define "leasewatch.sidecar.labels" -}}
leasewatch.dev/sidecar: {{ include "leasewatch.fullname" . }}
{{- end }}

{{/* For the annotations of that Pod. */}}
{{- define "leasewatch.sidecar.annotations" -}}
{{ include "leasewatch.checksum" . }}
{{- end }}
