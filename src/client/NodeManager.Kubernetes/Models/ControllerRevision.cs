using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Models;

/// <summary>A state that is kept under a number. The server refuses every change of <see cref="Data"/>.</summary>
public sealed class ControllerRevision : KubernetesObject
{
    public JsonObject? Data { get; set; }

    public long Revision { get; set; }
}
