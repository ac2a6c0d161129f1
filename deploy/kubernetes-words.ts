/** Of the fields that take one of a few words, those that the chart has: client-node knows them as texts only. */
export const allowedWords: Readonly<Record<string, readonly string[]>> = {
  'RbacV1Subject.kind': ['ServiceAccount', 'User', 'Group'],
  'V1Container.imagePullPolicy': ['Always', 'IfNotPresent', 'Never'],
  'V1Container.restartPolicy': ['Always', 'OnFailure', 'Never'],
  'V1ContainerPort.protocol': ['TCP', 'UDP', 'SCTP'],
  'V1HTTPGetAction.scheme': ['HTTP', 'HTTPS'],
  'V1HostPathVolumeSource.type': ['Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
  'V1NetworkPolicyPort.protocol': ['TCP', 'UDP', 'SCTP'],
  'V1NetworkPolicySpec.policyTypes': ['Ingress', 'Egress'],
  'V1PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy': ['IfHealthyBudget', 'AlwaysAllow'],
  'V1RoleRef.apiGroup': ['rbac.authorization.k8s.io'],
  'V1RoleRef.kind': ['Role', 'ClusterRole'],
  'V1SeccompProfile.type': ['RuntimeDefault', 'Localhost', 'Unconfined'],
  'V1Toleration.effect': ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
  'V1Toleration.operator': ['Exists', 'Equal'],
  'V1TopologySpreadConstraint.whenUnsatisfiable': ['DoNotSchedule', 'ScheduleAnyway'],
};
