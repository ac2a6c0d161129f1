{{/* The configuration file: what the chart decides, and all that the values say besides. */}}
{{- define "leasewatch.config" -}}
{{- $own := dict
  "mode" .Values.mode
  "listen" (printf "%s:%v" .Values.listen.host .Values.listen.port)
  "log" (dict "format" "json")
  "outbox" (dict "path" "/var/lib/leasewatch/outbox.db" "maxBytes" (printf "%vMiB" .Values.outbox.maxMebibytes))
-}}
{{- if include "leasewatch.elects" . -}}
{{- $_ := set $own "replicas" (dict "lease" (include "leasewatch.fullname" .)) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $own (deepCopy .Values.config)) -}}
{{- end }}

{{/* A restart follows every change of what is read only at the start. */}}
{{- define "leasewatch.checksum" -}}
checksum/config: {{ include "leasewatch.config" . | sha256sum }}
{{- end }}

{{- define "leasewatch.elects" -}}
{{- if and (eq .Values.mode "cluster") (gt (int .Values.replicas) 1) -}}yes{{- end -}}
{{- end }}

{{/* Mode node: whether the sockets of other Pods are read, which needs their processes. */}}
{{- define "leasewatch.countsPods" -}}
{{- if and (eq .Values.mode "node") (ne (dig "websockets" "pods" true .Values.config) false) -}}yes{{- end -}}
{{- end }}

{{/* Whether anything is asked of the API server. */}}
{{- define "leasewatch.asksKubernetes" -}}
{{- if or (ne .Values.mode "sidecar") (dig "kubernetes" "leases" list .Values.config) -}}yes{{- end -}}
{{- end }}

{{- define "leasewatch.keepsOnHost" -}}
{{- if and (eq .Values.mode "node") (eq .Values.outbox.volume "hostPath") -}}yes{{- end -}}
{{- end }}

{{/* Whether the Pod has to be let in by more than the levels that Pod Security calls baseline and restricted. */}}
{{- define "leasewatch.isPrivileged" -}}
{{- if or (include "leasewatch.countsPods" .) (include "leasewatch.keepsOnHost" .) -}}yes{{- end -}}
{{- end }}
