using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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
    private Pod? _typed;

    /// <param name="model">A pod with <see cref="Marks"/>.</param>
    /// <param name="marks">Further markers, for <see cref="Bind"/>.</param>
    public PodPattern(StoredObject model, params string[] marks)
    {
        JsonObject? spec = model.At(0).ToJson().Object("spec");
        _containers =
        [
            .. (spec.Array("containers") ?? [])
                .Concat(spec.Array("initContainers") ?? [])
                .OfType<JsonObject>()
                .Select(static one => one.Text("name") ?? ""),
        ];
        string[] own = Slots(Marks);
        _pattern = new(model, [.. marks, .. own, .. Identities(own)], Read, Identities);
    }

    private PodPattern(PodPattern like, string[] texts)
    {
        _pattern = like._pattern.Bind(texts, Read, Identities);
        _containers = [.. like._containers.Select(_pattern.Fill)];
    }

    /// <summary>The pattern of the pods of one workload.</summary>
    /// <param name="texts">In the order of the further markers.</param>
    public PodPattern Bind(string[] texts) => new(this, texts);

    /// <summary>The markers of varying texts.</summary>
    public static PodTexts Marks { get; } = new("<name>", Uid, "<node>", "<zone>", "<host>", "<address>");

    public StoredObject Make(PodTexts texts) => _pattern.Make(Slots(texts));

    private static string[] Slots(PodTexts texts) => [texts.Name, texts.Uid, texts.Node, texts.Zone, texts.HostAddress, texts.Address];

    // Container IDs, the longest texts of a pod, are computed when its document is written.
    private string[] Identities(string[] texts) => [.. _containers.Select(name => ContainerStates.Id(texts[UidSlot], name, 0))];

    // Read by the first pod that needs it.
    private Pod Typed =>
        _typed ??= JsonSerializer.Deserialize(_pattern.Compose(Slots(Marks), version: 1), (JsonTypeInfo<Pod>)BuiltInKinds.Pods.Type!)!;

    // Equal to the deserialized document.
    private Pod Read(StoredObject item, IReadOnlyList<string> texts)
    {
        Pod like = Typed;
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
