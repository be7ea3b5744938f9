using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "NodeImage", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeImage))]
public sealed class GetNodeImageCommand : NodeQueryCmdlet
{
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
                await foreach (
                    NodeImage image in NodeImageReader.ReadAsync(session, query, e => worker.Error(e, e.Target), worker, worker.Token)
                )
                    worker.Output(image);
            }
        );
    }
}
