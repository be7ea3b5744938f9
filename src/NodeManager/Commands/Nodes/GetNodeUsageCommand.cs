using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Usage;

namespace NodeManager.Commands;

/// <summary>Reads the usage of nodes, now or over a window.</summary>
[Cmdlet(VerbsCommon.Get, "NodeUsage", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeUsageSeries))]
public sealed class GetNodeUsageCommand : NodeQueryCmdlet
{
    private readonly List<NodeUsageSeries> _interrupted = [];

    /// <summary>The sampling time; by default, a single sample.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Window { get; set; }

    /// <summary>The interval between samples.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Sample { get; set; } = UsageRequest.DefaultInterval;

    private protected override void Begin()
    {
        if (IsBound(nameof(Sample)) && Window is null)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidDuration,
                ErrorKind.InvalidArgument,
                "-Sample is the time between the samples of a window, and no window is given.",
                Sample,
                "Add -Window, for example -Window 15m."
            );
        }
    }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        UsageRequest request = new()
        {
            Nodes = new NodeQuery
            {
                Names = names,
                Uids = uids,
                Selector = Selector,
            },
            Window = Window,
            Interval = Sample,
        };
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                foreach (
                    NodeUsageSeries series in await UsageSampler.SampleAsync(
                        session,
                        request,
                        e => worker.Error(e, e.Target),
                        worker,
                        worker.Token
                    )
                )
                    worker.Output(series);
            }
        );
    }

    // A single sample has its own view, with a bar instead of a line.
    private protected override void Output(object value)
    {
        if (IsStopped && value is NodeUsageSeries series)
            _interrupted.Add(series);
        var output = PSObject.AsPSObject(value);
        if (Window is null)
            output.TypeNames.Insert(0, typeof(NodeUsageSeries).FullName + "#Sample");
        base.Output(output);
    }

    private protected override void WriteSummary()
    {
        foreach (NodeUsageSeries one in _interrupted)
            WriteHost(
                $"{one.Node}: {one.Samples.Count} samples; cpu {one.Cpu?.ToString() ?? "unknown"}; memory {one.Memory?.ToString() ?? "unknown"}"
            );
    }
}
