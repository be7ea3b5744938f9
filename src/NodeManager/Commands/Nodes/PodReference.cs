using NodeManager.Core.Nodes;

namespace NodeManager.Commands;

/// <summary>Pods of the pipeline and of names.</summary>
internal static class PodReference
{
    /// <summary>The pod that an object stands for; null for none.</summary>
    public static PodTarget? TargetFrom(ClusterObject value) =>
        value switch
        {
            NodePod pod => new(pod.Namespace, pod.Name, pod.Uid),
            NodeDrainPod pod => new(pod.Namespace, pod.Name, pod.Uid),
            NodeScalePlanPod pod => new(pod.Namespace, pod.Name, pod.Uid),
            PodLogLine line => new(line.Namespace, line.PodName, line.PodUid),
            ObjectRow { Namespace.Length: > 0, Name.Length: > 0 } row => new(row.Namespace, row.Name, row.Uid),
            _ => null,
        };

    /// <param name="ns">Of a name without one.</param>
    public static PodTarget Parse(string name, string ns) =>
        name.Split('/', 2) is [var own, var pod] ? new(own, pod, "") : new(ns, name, "");

    public static NodeManagerException StandsForNone(ClusterObject value) =>
        new(
            ErrorIds.PodNotFound,
            ErrorKind.InvalidArgument,
            $"'{value}'{(value is ObjectRow ? "" : $" ({value.GetType().Name})")} does not identify a pod.",
            value,
            "Pipe pods, such as those of Get-NodePod or of a drain's result or plan, or objects with the properties Namespace and Name."
        );
}
