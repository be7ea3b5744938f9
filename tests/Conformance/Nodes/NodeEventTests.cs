using System.Globalization;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Nodes;

public sealed class NodeEventTests
{
    private const string Former = "11111111-2222-3333-4444-555555555555";

    private readonly List<NodeManagerException> _errors = [];

    [SkippableTheory]
    [AllBackends]
    public async Task Events_have_node_times_and_source_and_are_ordered_by_time(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(2);
        NodeManagerSession session = await cluster.ConnectAsync();
        string uid = await UidAsync(session, names[0]);
        await AddAsync(session, names[0], uid, "Second", 2);
        await AddAsync(session, names[0], names[0], "First", 1, "Warning");
        await AddAsync(session, names[1], "", "Other", 3);

        IReadOnlyList<NodeEvent> events = await ReadAsync(session, new() { Names = [names[0]] });

        Assert.Equal(["First", "Second"], Ours(events).Select(static one => one.Reason));
        NodeEvent first = Ours(events)[0];
        Assert.Equal(
            (names[0], uid, session.ClusterUid, "Warning", "conformance", 4, At(1), At(0)),
            (first.NodeName, first.NodeUid, first.ClusterUid, first.Type, first.Source, first.Count, first.LastSeen, first.FirstSeen)
        );
        Assert.Equal(["First"], Ours(await ReadAsync(session, new() { Names = names }, "Warning")).Select(static one => one.Reason));
        Assert.Equal(
            ["First", "Second", "Other"],
            Ours(await ReadAsync(session, new() { Selector = cluster.Selector })).Select(static one => one.Reason)
        );
        Assert.Empty(_errors);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_with_a_UID_has_no_events_of_an_earlier_node_of_its_name(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = (await cluster.AddNodesAsync(1))[0];
        NodeManagerSession session = await cluster.ConnectAsync();
        string uid = await UidAsync(session, name);
        await AddAsync(session, name, Former, "Former", 1);
        await AddAsync(session, name, uid, "Present", 2);

        IReadOnlyList<NodeEvent> byName = Ours(await ReadAsync(session, new() { Names = [name] }));
        IReadOnlyList<NodeEvent> byUid = Ours(
            await ReadAsync(
                session,
                new()
                {
                    Names = [name],
                    Uids = new Dictionary<string, string> { [name] = uid },
                }
            )
        );

        Assert.Equal([("Former", Former), ("Present", uid)], byName.Select(static one => (one.Reason, one.NodeUid)));
        Assert.Equal(["Present"], byUid.Select(static one => one.Reason));
        await ReadAsync(
            session,
            new()
            {
                Names = [name],
                Uids = new Dictionary<string, string> { [name] = Former },
            }
        );
        Assert.Equal(["NodeReplaced"], _errors.Select(static error => error.ErrorId));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_node_is_an_error_unless_events_are_left_of_it(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string gone = $"{(await cluster.AddNodesAsync(1))[0]}-gone";
        NodeManagerSession session = await cluster.ConnectAsync();
        await AddAsync(session, gone, Former, "Removed", 1);

        IReadOnlyList<NodeEvent> events = await ReadAsync(session, new() { Names = [gone, "ghost"] });

        Assert.Equal([(gone, Former, "Removed")], events.Select(static one => (one.NodeName, one.NodeUid, one.Reason)));
        Assert.Equal([("NodeNotFound", "ghost")], _errors.Select(static error => (error.ErrorId, (string)error.Target!)));
    }

    private static DateTimeOffset At(int minute) => new(2026, 11, 1, 10, minute, 0, TimeSpan.Zero);

    // Controllers of the cluster report events, too.
    private static IReadOnlyList<NodeEvent> Ours(IReadOnlyList<NodeEvent> events) =>
        [.. events.Where(static one => one.Source == "conformance")];

    private async Task<IReadOnlyList<NodeEvent>> ReadAsync(NodeManagerSession session, NodeQuery query, string? type = null) =>
        await NodeEventReader.ReadAsync(session, query, type, _errors.Add, NullObserver.Instance, CancellationToken.None);

    private static async Task<string> UidAsync(NodeManagerSession session, string name) =>
        (await session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, name, null, token), default)).Metadata.Uid!;

    private static Task AddAsync(NodeManagerSession session, string node, string uid, string reason, int minute, string type = "Normal") =>
        session.UseAsync(
            (client, token) =>
                client.CreateAsync(
                    Resources.Events,
                    new Event
                    {
                        Metadata = new() { Name = $"{node}.{reason.ToLowerInvariant()}", Namespace = "default" },
                        InvolvedObject = new()
                        {
                            Kind = "Node",
                            ApiVersion = "v1",
                            Name = node,
                            Uid = uid,
                        },
                        Type = type,
                        Reason = reason,
                        Message = $"Minute {minute.ToString(CultureInfo.InvariantCulture)}.",
                        Source = new() { Component = "conformance" },
                        Count = 4,
                        FirstTimestamp = At(minute - 1),
                        LastTimestamp = At(minute),
                    },
                    "default",
                    token
                ),
            default
        );
}
