using System.Text.Json.Nodes;

namespace NodeManager.Core.Tests.Drain.Support;

/// <summary>Objects as the API has them.</summary>
internal static class Sample
{
    public static JsonObject Node(string name) =>
        Parse(
            $$$"""{"metadata":{"name":"{{{name}}}","uid":"uid-{{{name}}}"},"spec":{},"status":{"allocatable":{"cpu":"8","memory":"32Gi","pods":"110" } } }"""
        );

    /// <summary>A ready pod of a ReplicaSet.</summary>
    public static JsonObject Pod(string name, string node = "n1", string app = "web") =>
        Parse(
            $$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"default","uid":"uid-{{{name}}}","labels":{"app":"{{{app}}}"},
              "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"{{{app}}}","uid":"rs","controller":true}]},
             "spec":{"nodeName":"{{{node}}}","terminationGracePeriodSeconds":30,"containers":[{"name":"c"}]},
             "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
            """
        );

    public static JsonObject Budget(string name, string app, int allows, long generation = 1, long? observed = null) =>
        Parse(
            $$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"default","uid":"uid-{{{name}}}","generation":{{{generation}}} },
             "spec":{"minAvailable":2,"selector":{"matchLabels":{"app":"{{{app}}}" } } },
             "status":{"observedGeneration":{{{observed
                ?? generation}}},"disruptionsAllowed":{{{allows}}},"currentHealthy":2,"desiredHealthy":2,"expectedPods":3}}
            """
        );

    public static JsonObject DaemonSet(string name, string uid) =>
        Parse($$$"""{"metadata":{"name":"{{{name}}}","namespace":"default","uid":"{{{uid}}}"},"spec":{}}""");

    /// <summary>All of its pods new and available.</summary>
    public static JsonObject Deployment(string name, int replicas) =>
        Parse(
            $$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"default","uid":"uid-{{{name}}}","generation":2},
             "spec":{"replicas":{{{replicas}}},"template":{} },
             "status":{"observedGeneration":2,"replicas":{{{replicas}}},"updatedReplicas":{{{replicas}}},"readyReplicas":{{{replicas}}},"availableReplicas":{{{replicas}}} } }
            """
        );

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>The object as our code reads it.</summary>
    public static T Read<T>(this JsonObject json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        System.Text.Json.JsonSerializer.Deserialize(json, type)!;

    public static NodeManager.Kubernetes.Models.Pod ReadPod(this JsonObject json) =>
        json.Read(NodeManager.Kubernetes.Models.KubernetesJson.Default.Pod);

    public static NodeManager.Kubernetes.Models.PodDisruptionBudget ReadBudget(this JsonObject json) =>
        json.Read(NodeManager.Kubernetes.Models.KubernetesJson.Default.PodDisruptionBudget);
}
