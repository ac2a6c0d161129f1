{{/*
What leasewatch itself would refuse at its start: better said before anything is changed than by a Pod that does
not come up. Arguments: the values and the keys that the mode has no use for, as in `section.key`.
*/}}
{{- define "leasewatch.refuseUseless" -}}
{{- range .keys -}}
{{- $path := splitList "." . -}}
{{- $section := get $.config (first $path) | default dict -}}
{{- if hasKey $section (last $path) -}}
{{- fail (printf "config.%s has no meaning in mode %s" . $.mode) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "leasewatch.check" -}}
{{- $config := .Values.config -}}
{{- $useless := dict
  "cluster" (list "websockets.pods" "websockets.find")
  "node" (list "kubernetes.namespaces" "kubernetes.leases" "kubernetes.pods")
  "sidecar" (list "kubernetes.nodes" "websockets.pods" "websockets.find")
-}}
{{- include "leasewatch.refuseUseless" (dict "mode" .Values.mode "config" $config "keys" (get $useless .Values.mode)) -}}
{{- if eq .Values.mode "sidecar" -}}
{{- $sockets := $config.websockets | default dict -}}
{{- $leases := dig "kubernetes" "leases" list $config -}}
{{- if not (or $leases $sockets.ports $sockets.probes $sockets.endpoints) -}}
{{- fail "mode sidecar has nothing to watch: name config.kubernetes.leases, or ports, probes or endpoints of config.websockets" -}}
{{- end -}}
{{- end -}}
{{- end }}
