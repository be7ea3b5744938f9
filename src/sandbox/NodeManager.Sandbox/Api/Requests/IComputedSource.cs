using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>Objects that exist only as answers. Each document is whole, with kind and apiVersion.</summary>
internal interface IComputedSource
{
    /// <summary>All of a namespace, or of the cluster (null), sorted.</summary>
    IEnumerable<JsonObject> List(string? ns);

    /// <summary>One; null if there is none.</summary>
    JsonObject? Get(string ns, string name);
}
