using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "NodeEvent", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeEvent))]
public sealed class GetNodeEventCommand : NodeQueryCmdlet
{
    [Parameter]
    [ValidateSet("Normal", "Warning")]
    public string? Type { get; set; }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        var query = new NodeQuery
        {
            Names = names,
            Uids = uids,
            Selector = Selector,
        };
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                foreach (
                    NodeEvent happened in await NodeEventReader.ReadAsync(
                        session,
                        query,
                        Type,
                        error => worker.Error(error, error.Target),
                        worker,
                        worker.Token
                    )
                )
                    worker.Output(happened);
            }
        );
    }
}
