using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Models;

/// <summary>The server refuses changes of <see cref="Data"/>.</summary>
public sealed class ControllerRevision : KubernetesObject
{
    public JsonObject? Data { get; set; }

    public long Revision { get; set; }
}
