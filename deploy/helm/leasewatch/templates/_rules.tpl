{{/* To read what is watched: all leases, or those of these names. Arguments: the names. */}}
{{- define "leasewatch.leaseRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  {{- with . }}
  resourceNames: {{- toYaml . | nindent 4 }}
  {{- end }}
  verbs: [get, list, watch]
{{- end }}

{{- define "leasewatch.podRules" -}}
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list]
{{- end }}

{{- define "leasewatch.looksUpPods" -}}
{{- $given := dig "kubernetes" "pods" (eq .Values.mode "cluster") .Values.config -}}
{{- if and $given (ne .Values.mode "node") -}}yes{{- end -}}
{{- end }}

{{/* What has no namespace, or is read in all of them. Empty where nothing of that is needed. */}}
{{- define "leasewatch.clusterRules" -}}
{{- $kubernetes := .Values.config.kubernetes | default dict -}}
{{- $names := $kubernetes.leases | default list -}}
{{- $everywhere := and (eq .Values.mode "cluster") (kindIs "string" ($kubernetes.namespaces | default "all")) -}}
{{- if $everywhere }}
{{ include "leasewatch.leaseRules" $names }}
{{- if not $names }}
- apiGroups: [coordination.k8s.io]
  resources: [leasecandidates]
  verbs: [list, watch]
{{- end }}
{{- end }}
{{- if and (ne .Values.mode "sidecar") (ne ($kubernetes.nodes | toString) "false") }}
- apiGroups: ['']
  resources: [nodes]
  verbs: [list, watch]
{{- end }}
{{- if or (include "leasewatch.countsPods" .) (and $everywhere (include "leasewatch.looksUpPods" .)) }}
{{ include "leasewatch.podRules" . }}
{{- end }}
{{- if and .Values.rbac.clusterIdentity (include "leasewatch.asksKubernetes" .) }}
- apiGroups: ['']
  resources: [namespaces]
  resourceNames: [kube-system]
  verbs: [get]
{{- end }}
{{- end }}

{{/* The namespaces whose leases are read, where these are not all: a list in JSON. */}}
{{- define "leasewatch.namespaces" -}}
{{- $given := dig "kubernetes" "namespaces" "all" .Values.config -}}
{{- if eq .Values.mode "node" -}}
{{- toJson (list "kube-node-lease") -}}
{{- else if kindIs "slice" $given -}}
{{- toJson $given -}}
{{- else if and (eq .Values.mode "sidecar") (include "leasewatch.asksKubernetes" .) -}}
{{- toJson (list .Release.Namespace) -}}
{{- else -}}
[]
{{- end -}}
{{- end }}

{{- define "leasewatch.subjects" -}}
- kind: ServiceAccount
  name: {{ include "leasewatch.serviceAccount" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
