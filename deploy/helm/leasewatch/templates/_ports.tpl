{{/* The ports of all addresses in the configuration that leasewatch dials, in JSON, each once. */}}
{{- define "leasewatch.dialledPorts" -}}
{{- $config := .Values.config -}}
{{- $urls := list
  (dig "otlp" "endpoint" "" $config) (dig "otlp" "tracesEndpoint" "" $config) (dig "loki" "url" "" $config)
  (dig "proxy" "http" "" $config) (dig "proxy" "https" "" $config)
-}}
{{- range concat (dig "websockets" "probes" list $config) (dig "websockets" "endpoints" list $config) -}}
{{- $urls = append $urls (.url | default "") -}}
{{- end -}}
{{- $ports := list -}}
{{- range compact $urls -}}
{{- $url := urlParse . -}}
{{- $usual := has $url.scheme (list "https" "wss") | ternary 443 80 -}}
{{- $given := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports (int ($given | default $usual)) -}}
{{- end -}}
{{- uniq $ports | toJson -}}
{{- end }}
