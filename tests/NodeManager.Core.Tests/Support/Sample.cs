using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Support;

/// <summary>Objects as an API server sends them.</summary>
public static class Sample
{
    public const string Worker = """
        {
          "apiVersion": "v1", "kind": "Node",
          "metadata": {
            "name": "worker-1", "uid": "0c9c2a4e-6f1d-4f8e-9d5c-3f2b6a7d1e10", "resourceVersion": "4711", "creationTimestamp": "2025-01-02T03:04:05Z",
            "labels": {
              "kubernetes.io/hostname": "worker-1", "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux",
              "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/gpu": "", "kubernetes.io/role": "worker",
              "topology.kubernetes.io/zone": "eu-1a", "failure-domain.beta.kubernetes.io/zone": "old", "topology.kubernetes.io/region": "eu-1",
              "beta.kubernetes.io/instance-type": "m6i.4xlarge"
            },
            "annotations": { "node.alpha.kubernetes.io/ttl": "0" }
          },
          "spec": {
            "podCIDR": "10.244.3.0/24", "podCIDRs": ["10.244.3.0/24", "fd00:3::/64"], "providerID": "aws:///eu-1a/i-0abc", "unschedulable": true,
            "taints": [
              { "key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule" },
              { "key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": "2025-02-03T04:05:06Z" }
            ]
          },
          "status": {
            "addresses": [
              { "type": "InternalIP", "address": "10.0.0.11" }, { "type": "InternalIP", "address": "fd00::11" },
              { "type": "ExternalIP", "address": "203.0.113.7" }, { "type": "Hostname", "address": "worker-1" }
            ],
            "capacity": { "cpu": "16", "memory": "65801004Ki", "ephemeral-storage": "104845292Ki", "pods": "110", "nvidia.com/gpu": "4", "hugepages-2Mi": "64Mi" },
            "allocatable": { "cpu": "15890m", "memory": "64775532Ki", "ephemeral-storage": "95551679124", "pods": "110", "nvidia.com/gpu": "4", "hugepages-2Mi": "64Mi" },
            "conditions": [
              { "type": "MemoryPressure", "status": "False", "lastHeartbeatTime": "2025-03-01T00:00:00Z", "lastTransitionTime": "2025-01-02T03:04:05Z",
                "reason": "KubeletHasSufficientMemory", "message": "kubelet has sufficient memory available" },
              { "type": "Ready", "status": "True", "lastHeartbeatTime": "2025-03-01T00:00:00Z", "lastTransitionTime": "2025-01-02T03:05:05Z",
                "reason": "KubeletReady", "message": "kubelet is posting ready status" }
            ],
            "nodeInfo": {
              "machineID": "ec2f", "systemUUID": "ec2f-1", "bootID": "b-1", "kernelVersion": "6.8.0-1021-aws", "osImage": "Ubuntu 24.04.2 LTS",
              "containerRuntimeVersion": "containerd://1.7.27", "kubeletVersion": "v1.34.2", "operatingSystem": "linux", "architecture": "amd64"
            }
          }
        }
        """;

    public static Node Node(string json = Worker) => JsonSerializer.Deserialize(json, KubernetesJson.Default.Node)!;

    public static Pod Pod(string json) => JsonSerializer.Deserialize(json, KubernetesJson.Default.Pod)!;

    /// <summary>The pod as a cache of the whole cluster keeps it.</summary>
    public static Pod Kept(Pod pod) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod), ClusterPods.Type.Item)!;

    /// <summary>A plain Ready node with four cores and 8 GiB.</summary>
    public static JsonObject NodeJson(string name, string version = "1", string labels = "{}", string spec = "{}", string ready = "True") =>
        JsonNode
            .Parse(
                $$"""
                {
                  "apiVersion": "v1", "kind": "Node",
                  "metadata": { "name": "{{name}}", "uid": "uid-{{name}}", "resourceVersion": "{{version}}", "creationTimestamp": "2025-01-02T03:04:05Z", "labels": {{labels}} },
                  "spec": {{spec}},
                  "status": {
                    "capacity": { "cpu": "4", "memory": "8Gi", "pods": "110" }, "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "110" },
                    "conditions": [{ "type": "Ready", "status": "{{ready}}", "reason": "Kubelet", "lastHeartbeatTime": "2025-03-01T00:00:00Z" }]
                  }
                }
                """
            )!
            .AsObject();

    /// <summary>A running pod of a ReplicaSet with one container.</summary>
    public static JsonObject PodJson(
        string name,
        string node,
        string cpu = "100m",
        string memory = "64Mi",
        string owner = "ReplicaSet",
        string phase = "Running"
    ) =>
        JsonNode
            .Parse(
                $$"""
                {
                  "metadata": { "name": "{{name}}", "namespace": "default", "uid": "uid-{{name}}", "creationTimestamp": "2025-01-02T03:04:05Z",
                    "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "{{owner}}", "name": "web", "uid": "u", "controller": true }] },
                  "spec": { "nodeName": "{{node}}", "containers": [{ "name": "c", "resources": { "requests": { "cpu": "{{cpu}}", "memory": "{{memory}}" } } }] },
                  "status": { "phase": "{{phase}}" }
                }
                """
            )!
            .AsObject();
}
