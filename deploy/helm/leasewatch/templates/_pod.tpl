{{/* What all modes share of the container: everything but its name and its probes of readiness. */}}
{{- define "leasewatch.container" -}}
image: {{ include "leasewatch.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  - run
  - --config=/etc/leasewatch/leasewatch.yaml
  {{- if .Values.web.secret }}
  - --web.config.file=/run/secrets/web/{{ .Values.web.key }}
  {{- end }}
env:
  - name: POD_NAMESPACE
    valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
  - name: POD_NAME
    valueFrom: { fieldRef: { fieldPath: metadata.name } }
  {{- if eq .Values.mode "node" }}
  - name: NODE_NAME
    valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
  {{- end }}
  # Of the memory limit: V8 by itself would let its heap grow to 259 MiB under any limit below 512 MiB.
  - name: NODE_OPTIONS
    value: --max-old-space-size-percentage={{ .Values.heapPercentage }}
  # The root is read-only.
  - name: SQLITE_TMPDIR
    value: /var/lib/leasewatch
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - name: leasewatch
    containerPort: {{ .Values.listen.port }}
livenessProbe:
  httpGet: { path: /healthz, port: leasewatch, scheme: {{ .Values.web.scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
resources: {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
  {{- if eq .Values.mode "sidecar" }}
  # Whatever the Pod around it says.
  runAsNonRoot: true
  {{- if not .Values.openshift }}
  runAsUser: 65532
  runAsGroup: 65532
  {{- end }}
  seccompProfile: { type: RuntimeDefault }
  {{- end }}
volumeMounts:
  - name: leasewatch-config
    mountPath: /etc/leasewatch
    readOnly: true
  - name: leasewatch-outbox
    mountPath: /var/lib/leasewatch
  {{- if .Values.web.secret }}
  - name: leasewatch-web
    mountPath: /run/secrets/web
    readOnly: true
  {{- end }}
  {{- range .Values.secrets }}
  - name: leasewatch-secret-{{ . }}
    mountPath: /run/secrets/{{ . }}
    readOnly: true
  {{- end }}
{{- end }}

{{- define "leasewatch.volumes" -}}
- name: leasewatch-config
  configMap: { name: {{ include "leasewatch.fullname" . }} }
- name: leasewatch-outbox
  {{- if include "leasewatch.keepsOnHost" . }}
  hostPath: { path: {{ .Values.outbox.hostPath }}, type: DirectoryOrCreate }
  {{- else }}
  # Not durable: it goes with the Pod. The margin is for what SQLite writes beside its file.
  emptyDir: { sizeLimit: {{ add .Values.outbox.maxMebibytes 96 }}Mi }
  {{- end }}
{{- if .Values.web.secret }}
- name: leasewatch-web
  secret: { secretName: {{ .Values.web.secret }} }
{{- end }}
{{- range .Values.secrets }}
- name: leasewatch-secret-{{ . }}
  secret: { secretName: {{ . }} }
{{- end }}
{{- end }}

{{/* Of the Pod in modes cluster and node. The platform fills in the IDs where they are left out. */}}
{{- define "leasewatch.podSecurity" -}}
runAsNonRoot: true
{{- if or (not .Values.openshift) (include "leasewatch.isPrivileged" .) }}
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- if and .Values.openshift (include "leasewatch.countsPods" .) }}
# SELinux keeps containers from the processes of others; this type it does not confine.
seLinuxOptions: { type: spc_t }
{{- end }}
{{- end }}

{{/* The Pod of modes cluster and node, but for where it runs. */}}
{{- define "leasewatch.podSpec" -}}
serviceAccountName: {{ include "leasewatch.serviceAccount" . }}
automountServiceAccountToken: true
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext: {{- include "leasewatch.podSecurity" . | nindent 2 }}
{{- if include "leasewatch.countsPods" . }}
# One process of every Pod leads to its sockets. No capability is needed for that.
hostPID: true
{{- end }}
{{- if include "leasewatch.keepsOnHost" . }}
initContainers:
  # The kubelet makes the folder as root's. Its owner needs no capability to give it to a group of its own.
  - name: outbox
    image: {{ include "leasewatch.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command:
      - node
      - -e
      - const fs = require('node:fs'); fs.chownSync('/outbox', -1, 65532); fs.chmodSync('/outbox', 0o770);
    resources: {{- toYaml .Values.resources | nindent 6 }}
    securityContext:
      runAsUser: 0
      runAsNonRoot: false
      runAsGroup: 65532
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    volumeMounts:
      - name: leasewatch-outbox
        mountPath: /outbox
{{- end }}
containers:
  - name: leasewatch
    {{- include "leasewatch.container" . | nindent 4 }}
    readinessProbe:
      httpGet: { path: /readyz, port: leasewatch, scheme: {{ .Values.web.scheme }} }
      periodSeconds: 5
      timeoutSeconds: 5
volumes: {{- include "leasewatch.volumes" . | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "leasewatch.podMetadata" -}}
labels:
  {{- include "leasewatch.labels" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  {{- include "leasewatch.checksum" . | nindent 2 }}
  {{- with .Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
