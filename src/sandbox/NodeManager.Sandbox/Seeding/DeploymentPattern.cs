using System.Globalization;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Seeding;

/// <summary>
/// Deployments that differ in their texts only, with their ReplicaSets, pods and PDBs: most of a large cluster. Thread-safe.
/// </summary>
internal sealed class DeploymentPattern
{
    /// <summary>The marker of the hash of the pod template.</summary>
    public const string Hash = "<hash>";

    // All figures that follow from it differ, and none is part of another.
    private const int Replicas = 1_700_000_005;

    private readonly string[] _marks;
    private readonly string _template;
    private readonly ObjectPattern _deployment,
        _set;
    private readonly ObjectPattern? _budget;
    private readonly PodPattern _pods;

    /// <param name="marks">See <see cref="MarksOf"/>; the objects were made from it.</param>
    public DeploymentPattern(DeploymentTexts marks, StoredObject deployment, StoredObject set, StoredObject pod, StoredObject? budget)
    {
        _marks = List(marks, Hash);
        _template = PodTemplates.Text(deployment.At(0).ToJson()["spec"]!["template"]!.AsObject());
        _deployment = new(deployment, _marks);
        _set = new(set, _marks);
        _budget = budget is null ? null : new(budget, _marks);
        _pods = new(pod, _marks);
    }

    /// <summary>Markers of the texts that may differ; workloads of a pattern have equal ones.</summary>
    public static DeploymentTexts MarksOf(Workload workload) =>
        new(
            workload with
            {
                Namespace = "<namespace>",
                Name = "<workload>",
                // With a tag, because the default of imagePullPolicy depends on it.
                Image = "<image>:1",
                Replicas = Replicas,
                Millicores = 7_777_777,
                Mebibytes = 8_888_881,
            },
            "<deployment>",
            "<set>",
            workload.HasBudget ? "<budget>" : null,
            "<created>",
            new("<rolled-out>", "<started>")
        );

    /// <param name="placed">The pods; their names are the suffixes.</param>
    public IEnumerable<StoredObject> Make(DeploymentTexts texts, List<(SeedNode Node, PodTexts Texts)> placed)
    {
        string[] own = List(texts, Hash);
        own[^1] = PodTemplates.HashOf(PatternModel.Replace(_template, _marks, own));
        yield return _deployment.Bind(own).Make([]);
        StoredObject set = _set.Bind(own).Make([]);
        yield return set;
        PodPattern pods = _pods.Bind(own);
        foreach ((_, PodTexts pod) in placed)
            yield return pods.Make(pod.Of(set.Name));
        if (_budget is not null)
            yield return _budget.Bind(own).Make([]);
    }

    private static string[] List(DeploymentTexts texts, string hash)
    {
        Workload workload = texts.Workload;
        return
        [
            workload.Namespace,
            workload.Name,
            workload.Image,
            string.Create(CultureInfo.InvariantCulture, $"{workload.Millicores}m"),
            string.Create(CultureInfo.InvariantCulture, $"{workload.Mebibytes}Mi"),
            Number(workload.Replicas),
            Number(texts.MostReplicas),
            Number(workload.Replicas - 1),
            texts.Uid,
            texts.SetUid,
            texts.BudgetUid ?? "-",
            texts.Created,
            texts.PodTimes.Created,
            texts.PodTimes.Started,
            hash,
        ];

        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
