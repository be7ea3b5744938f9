// Set by the kubelet, the cloud provider or the installer: https://kubernetes.io/docs/reference/labels-annotations-taints/
const domains = ['kubernetes.io', 'k8s.io'];

/** Whether Kubernetes relies on the value of a label: a change is asked about first. Roles are names for people. */
export function isSystemLabel(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  return domain !== 'node-role.kubernetes.io' && domains.some(one => domain === one || domain.endsWith(`.${one}`));
}
