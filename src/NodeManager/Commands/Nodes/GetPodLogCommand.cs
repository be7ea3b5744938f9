using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "PodLog", DefaultParameterSetName = ByObject)]
[OutputType(typeof(PodLogLine))]
public sealed class GetPodLogCommand : SessionCmdlet
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    private readonly HashSet<(NodeManagerSession, PodTarget)> _seen = [];

    /// <summary><c>namespace/name</c>, or the name of a pod in <see cref="Namespace"/>.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Of names without one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = "default";

    /// <summary>A pod: of a node, of the result or plan of a drain, of a scale plan, or a row with the properties Namespace and Name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows(TakesText = true)]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Container { get; set; }

    [Parameter]
    public SwitchParameter Previous { get; set; }

    [Parameter]
    [Alias("Last")]
    [ValidateRange(1, 100000)]
    public int Tail { get; set; } = 100;

    [Parameter]
    [Duration]
    public TimeSpan? Since { get; set; }

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Since), Since);

    private protected override void Process()
    {
        if (ParameterSetName == ByName)
            ReadNamed(Name);
        else if (InputObject is NameText text)
            ReadNamed([text.Name]);
        else if (PodReference.TargetFrom(InputObject!) is not { } pod)
            Fail(PodReference.StandsForNone(InputObject!), InputObject!);
        else
        {
            // The UID of a pod identifies its cluster as well as that of a node.
            foreach (NodeManagerSession session in Sessions.For(InputObject!, pod.Uid.Length > 0))
                Read(session, pod);
        }
    }

    private void ReadNamed(string[] names)
    {
        foreach (string name in names)
        foreach (NodeManagerSession session in Sessions)
            Read(session, PodReference.Parse(name, Namespace));
    }

    private void Read(NodeManagerSession session, PodTarget pod)
    {
        if (!_seen.Add((session, pod)))
            return;
        PodLogQuery query = new()
        {
            Container = Container,
            Previous = Previous,
            Tail = Tail,
            Since = Since,
        };
        Sessions.StartIn(
            session,
            pod.ToString(),
            async worker =>
            {
                foreach (
                    PodLogLine line in await PodLogReader.ReadAsync(
                        session,
                        pod,
                        query,
                        error => worker.Error(error, pod.ToString()),
                        worker,
                        worker.Token
                    )
                )
                    worker.Output(line);
            }
        );
    }
}
