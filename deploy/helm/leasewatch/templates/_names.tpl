{{- define "leasewatch.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Of every object, and of the Lease of the replicas. */}}
{{- define "leasewatch.fullname" -}}
{{- $name := include "leasewatch.name" . -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "leasewatch.selector" -}}
app.kubernetes.io/name: {{ include "leasewatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "leasewatch.labels" -}}
{{ include "leasewatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: {{ .Values.mode }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "leasewatch.metadata" -}}
name: {{ include "leasewatch.fullname" . }}
namespace: {{ .Release.Namespace }}
labels: {{- include "leasewatch.labels" . | nindent 2 }}
{{- end }}

{{/* Two releases of one name in two namespaces must not share what has no namespace. */}}
{{- define "leasewatch.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "leasewatch.fullname" .) -}}
{{- end }}

{{- define "leasewatch.serviceAccount" -}}
{{- if and .Values.serviceAccount.create (ne .Values.mode "sidecar") -}}
{{- .Values.serviceAccount.name | default (include "leasewatch.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end }}

{{- define "leasewatch.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}
