using System.Text.Json.Nodes;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Drain;

/// <summary>
/// lifecycle.k8s.io/v1alpha1 as custom resources, for servers that do not have it: the fields of the Kubernetes API reference, 1.37. No
/// controller comes with them.
/// </summary>
internal static class EvictionDefinitions
{
    private const string Group = "lifecycle.k8s.io";

    private const string Target = """
        { "type": "object", "required": ["pod"], "properties": { "pod": { "type": "object", "required": ["name", "uid"], "properties": {
          "name": { "type": "string" }, "uid": { "type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" } } } } }
        """;

    private const string Conditions = """
        { "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"], "items": { "type": "object",
          "required": ["type", "status", "lastTransitionTime", "reason", "message"], "properties": {
            "type": { "type": "string" }, "status": { "type": "string", "enum": ["True", "False", "Unknown"] }, "reason": { "type": "string" },
            "message": { "type": "string" }, "lastTransitionTime": { "type": "string", "format": "date-time" }, "observedGeneration": { "type": "integer" } } } }
        """;

    /// <summary>Puts them into the cluster, once; they stay.</summary>
    public static async Task InstallAsync(TestCluster cluster)
    {
        await InstallAsync(
            cluster,
            "evictionrequests",
            Define(
                "evictionrequests",
                "EvictionRequest",
                $$"""
                { "type": "object", "required": ["spec"], "properties": {
                  "spec": { "type": "object", "required": ["target", "requester", "intent"], "properties": { "target": {{Target}},
                    "requester": { "type": "string", "pattern": "^[^/]+/[^/]+$" }, "intent": { "type": "string", "enum": ["Eviction", "Withdrawn"] } } },
                  "status": { "type": "object", "properties": { "observedGeneration": { "type": "integer", "format": "int64" }, "conditions": {{Conditions}} } } } }
                """
            )
        );
        await InstallAsync(
            cluster,
            "evictions",
            Define(
                "evictions",
                "Eviction",
                $$"""
            { "type": "object", "required": ["spec"], "properties": {
              "spec": { "type": "object", "required": ["target"], "properties": { "target": {{Target}} } },
              "status": { "type": "object", "properties": { "observedGeneration": { "type": "integer", "format": "int64" }, "conditions": {{Conditions}},
                "requesters": {{Named("""{ "name": { "type": "string" }, "intent": { "type": "string", "enum": ["Eviction", "Withdrawn"] } }""")}},
                "targetResponders": {{Named("""
                    { "name": { "type": "string" }, "priority": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 100000 },
                      "state": { "type": "string", "enum": ["Inactive", "Active", "Interrupted", "Canceled", "Completed"] } }
                    """)}},
                "responders": {{Named("""
                    { "name": { "type": "string" }, "message": { "type": "string", "maxLength": 4000 }, "startTime": { "type": "string", "format": "date-time" },
                      "heartbeatTime": { "type": "string", "format": "date-time" }, "expectedCompletionTime": { "type": "string", "format": "date-time" },
                      "completionTime": { "type": "string", "format": "date-time" } }
                    """)}} } } } }
            """
            )
        );
    }

    private static async Task InstallAsync(TestCluster cluster, string plural, JsonObject definition)
    {
        await cluster.EnsureAsync(CustomKind.Definitions, definition);
        await new CustomKind(cluster, plural, Group).WaitEstablishedAsync();
    }

    private static string Named(string properties) =>
        $$"""
            { "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
              "items": { "type": "object", "required": ["name"], "properties": {{properties}} } }
            """;

    // A group of Kubernetes' own asks for an approval: this one is for tests.
    private static JsonObject Define(string plural, string kind, string schema) =>
        JsonNode
            .Parse(
                $$"""
                { "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                  "metadata": { "name": "{{plural}}.{{Group}}", "annotations": { "api-approved.kubernetes.io": "unapproved, for tests" } },
                  "spec": { "group": "{{Group}}", "scope": "Namespaced", "names": { "plural": "{{plural}}", "singular": "{{kind.ToLowerInvariant()}}", "kind": "{{kind}}", "listKind": "{{kind}}List" },
                    "versions": [ { "name": "v1alpha1", "served": true, "storage": true, "subresources": { "status": {} }, "schema": { "openAPIV3Schema": {{schema}} } } ] } }
                """
            )!
            .AsObject();
}
