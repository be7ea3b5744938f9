using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Kubelet.Pods;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Running pods of one workload. Common parts, including the typed model, are prepared once. Thread-safe.</summary>
internal sealed class PodPattern
{
    /// <summary>The marker of a pod's UID.</summary>
    public const string Uid = "<uid>";

    private const int UidSlot = 1;
    private const int HostAddressSlot = 4;

    private readonly ObjectPattern _pattern;
    private readonly string[] _containers;
    private readonly Lazy<Pod> _typed;

    /// <param name="model">A pod with <see cref="Marks"/>.</param>
    public PodPattern(StoredObject model)
    {
        StoredObject whole = model.At(0);
        JsonObject? spec = whole.ToJson().Object("spec");
        _containers =
        [
            .. (spec.Array("containers") ?? [])
                .Concat(spec.Array("initContainers") ?? [])
                .OfType<JsonObject>()
                .Select(static one => one.Text("name") ?? ""),
        ];
        _typed = new(whole.As<Pod>);
        _pattern = new(model, Complete(Slots(Marks)), Read, Complete);
    }

    /// <summary>The markers of varying texts.</summary>
    public static PodTexts Marks { get; } = new("<name>", Uid, "<node>", "<zone>", "<host>", "<address>");

    public StoredObject Make(PodTexts texts) => _pattern.Make(Slots(texts));

    private static string[] Slots(PodTexts texts) => [texts.Name, texts.Uid, texts.Node, texts.Zone, texts.HostAddress, texts.Address];

    // Container IDs, the longest texts of a pod, are computed when its document is written.
    private string[] Complete(string[] texts) => [.. texts, .. _containers.Select(name => ContainerStates.Id(texts[UidSlot], name, 0))];

    // Equal to the deserialized document.
    private Pod Read(StoredObject item, IReadOnlyList<string> texts)
    {
        Pod like = _typed.Value;
        ObjectMeta metadata = like.Metadata;
        PodStatus status = like.Status;
        string node = item.Field("spec.nodeName");
        PodSpec spec = like.Spec.On(node);
        if (
            like.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
                is [{ MatchFields: [{ Values: [var named] } field] }]
            && named == Marks.Node
        )
            spec.Affinity = NodeAffinityOf(node, field);
        return new()
        {
            Metadata = new()
            {
                Name = item.Name,
                Namespace = item.Namespace,
                Uid = item.Uid,
                ResourceVersion = item.Version.ToString(CultureInfo.InvariantCulture),
                Generation = metadata.Generation,
                CreationTimestamp = metadata.CreationTimestamp,
                Labels = (Dictionary<string, string>?)item.Labels,
                Annotations = metadata.Annotations,
                OwnerReferences = metadata.OwnerReferences,
                Finalizers = metadata.Finalizers,
            },
            Spec = spec,
            Status = new()
            {
                Phase = status.Phase,
                PodIP = item.Field("status.podIP"),
                HostIP = texts[HostAddressSlot],
                QosClass = status.QosClass,
                StartTime = status.StartTime,
                Conditions = status.Conditions,
                ContainerStatuses = status.ContainerStatuses,
                InitContainerStatuses = status.InitContainerStatuses,
            },
        };
    }

    // A daemon pod also has its node in its affinity.
    private static Affinity NodeAffinityOf(string node, SelectorRequirement field) =>
        new()
        {
            NodeAffinity = new()
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new()
                {
                    NodeSelectorTerms =
                    [
                        new()
                        {
                            MatchFields =
                            [
                                new()
                                {
                                    Key = field.Key,
                                    Operator = field.Operator,
                                    Values = [node],
                                },
                            ],
                        },
                    ],
                },
            },
        };
}
