namespace NodeManager.Sandbox.Api.Requests;

/// <summary>Computed objects. Documents have kind and apiVersion.</summary>
internal interface IComputedSource
{
    /// <summary>The objects of a namespace, or of the cluster (null), sorted.</summary>
    IEnumerable<JsonObject> List(string? ns);

    /// <summary>Null if missing.</summary>
    JsonObject? Get(string ns, string name);
}
