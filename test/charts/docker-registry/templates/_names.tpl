{{- /* The name of every object, or its beginning, by the chart's rule. It reads no value `service.name`. */ -}}
{{- define "fullname" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- $release := ternary .Release.Name (printf "%s-%s" .Release.Name $chart) (contains $chart .Release.Name) -}}
{{- .Values.fullnameOverride | default $release | trunc 63 | trimSuffix "-" -}}
{{- end -}}
