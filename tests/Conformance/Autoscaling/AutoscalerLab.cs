using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A cluster with the autoscaler's resources, and simulated machines. A plan is what the test says: so many nodes.</summary>
internal sealed class AutoscalerLab : IAsyncDisposable
{
    /// <summary>Whose the lab's simulated machines are.</summary>
    public const string Owner = "c/sim";

    /// <summary>The collection of classes whose tests on the real API server take turns: those that waited for theirs would keep other tests from beginning.</summary>
    public const string InTurn = "Machines of claims";

    /// <summary>As <see cref="InTurn"/>, for updates of pools: while one waits, tests of the other on the embedded cluster run.</summary>
    public const string UpdatesInTurn = "Machines of claims in updates";

    private const string SimulatedBy = "kubenodesmith.parawell.cloud/simulated-by";

    // Machines of several labs would make Nodes of the same names, and all labs on the real API server have the same Nodes.
    private static readonly Dictionary<Machines, SemaphoreSlim> RealTurns = Enum.GetValues<Machines>()
        .ToDictionary(static one => one, static _ => new SemaphoreSlim(1, 1));

    private readonly List<RunningOperation> _running = [];
    private readonly ConcurrentBag<SimulatedMachines> _machines = [];
    private readonly SentChanges _sent = new();
    private SemaphoreSlim? _turn;

    private AutoscalerLab(TestCluster cluster) => Cluster = cluster;

    public TestCluster Cluster { get; }

    public string Namespace => Cluster.Namespace;

    /// <summary>How many nodes the plan wants; null: what pools say.</summary>
    public int? Wanted { get; set; }

    /// <summary>The time of the latest plan, by the clock of its autoscaler.</summary>
    public DateTimeOffset PlannedAt { get; private set; }

    /// <summary>Stands between autoscalers and their machines.</summary>
    public Func<IMachineProvider, IMachineProvider> Wrap { get; set; } = static provider => provider;

    /// <summary>See <see cref="AutoscalerOptions.LeaderWork"/>.</summary>
    public Func<NodeManagerSession, IOperationObserver, CancellationToken, Task>? LeaderWork { get; set; }

    /// <summary>See <see cref="AutoscalerOptions.CollectionInterval"/>.</summary>
    public TimeSpan CollectionInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What machines are made with, where that is not the autoscaler's own connection.</summary>
    public KubernetesClient? MachineClient { get; set; }

    /// <param name="backend">See <see cref="Backend"/>.</param>
    /// <param name="speed">Of the embedded cluster's clock.</param>
    /// <param name="simulated">The provider's settings.</param>
    /// <param name="rbac">Whether rights are enforced.</param>
    /// <param name="plane">Whether there is a control plane, which names the pool <c>small</c>.</param>
    /// <param name="machines">Whose machines there will be; null: the test says so by <see cref="TakeTurnAsync"/>, or has none.</param>
    public static async Task<AutoscalerLab> StartAsync(
        string backend,
        double speed = 1,
        string simulated = "{}",
        bool rbac = false,
        bool plane = true,
        Machines? machines = Machines.OfClaims
    )
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, rbac: rbac, speed: speed);
        var lab = new AutoscalerLab(cluster);
        try
        {
            if (machines is { } taken)
                await lab.TakeTurnAsync(taken);
            await NodeSmithDefinitions.InstallAsync(cluster);
            await lab.AddProviderAsync(simulated);
            if (plane)
                await cluster.CreateAsync(
                    NodeSmithResources.ControlPlanes,
                    Manifest("NodeSmithControlPlane", "plane", """{"pools":["small"]}""")
                );
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until no other lab has machines of that sort on the real API server. Those that wait hold up other tests: only labs with machines ask.</summary>
    public async Task TakeTurnAsync(Machines machines)
    {
        if (!Cluster.IsReal || _turn is not null)
            return;
        SemaphoreSlim turn = RealTurns[machines];
        await turn.WaitAsync();
        _turn = turn;
        if (machines == Machines.OfClaims)
            await ForgetNodesAsync();
    }

    public Task<NodeSmithProvider> AddProviderAsync(string simulated = "{}") =>
        Cluster.CreateAsync(
            NodeSmithResources.Providers,
            Manifest("NodeSmithProvider", "sim", $$"""{"type":"simulated","simulated":{{simulated}}}""")
        );

    /// <summary>Creates a pool; the fields override the defaults.</summary>
    public Task<NodeSmithPool> AddPoolAsync(
        int min = 0,
        int max = 0,
        string template = "{}",
        string fields = "\"registrationTimeout\":\"5m\"",
        string provider = "sim",
        string name = "small"
    ) =>
        Cluster.CreateAsync(
            NodeSmithResources.Pools,
            Manifest(
                "NodeSmithPool",
                name,
                $$"""{"providerRef":"{{provider}}","limits":{"minNodes":{{min}},"maxNodes":{{max}},"cpuCores":0,"memoryMiB":0},"machineTemplate":{{template}},{{fields}}}"""
            )
        );

    public Task<NodeSmithClaim> AddClaimAsync(string name, string spec = """{"poolRef":"small"}""") =>
        Cluster.CreateAsync(NodeSmithResources.Claims, Manifest("NodeSmithClaim", name, spec));

    /// <summary>Starts an autoscaler in a session of its own.</summary>
    public async Task<RunningOperation> RunAsync(Func<HttpMessageHandler, HttpMessageHandler>? wrap = null, TimeProvider? time = null)
    {
        wrap ??= static inner => inner;
        NodeManagerSession session = await Cluster.ConnectAsync(inner => wrap(_sent.Wrap(inner)), time);
        RunningOperation operation = AutoscalerHost.Start(session, Options(session));
        _running.Add(operation);
        return operation;
    }

    public AutoscalerOptions Options(NodeManagerSession session)
    {
        var machines = new SimulatedMachines(session, Owner, () => MachineClient, provider => Wrap(provider));
        _machines.Add(machines);
        return new()
        {
            Namespace = Namespace,
            Providers = machines,
            Planner = new WantedPlanner(this),
            LeaderWork = LeaderWork,
            CollectionInterval = CollectionInterval,
        };
    }

    public Task<NodeSmithClaim> ClaimAsync(string name) => Cluster.GetAsync(NodeSmithResources.Claims, name);

    public async Task<List<NodeSmithClaim>> ClaimsAsync() =>
        (await Cluster.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = Namespace }, default)).Items;

    /// <summary>The machines that exist, by claim.</summary>
    public async Task<List<MachineMark>> MachinesAsync() =>
        [
            .. (
                await Cluster.Client.ListAsync(
                    Resources.ConfigMaps,
                    new() { Namespace = Namespace, LabelSelector = $"{SimulatedBy}=sim" },
                    default
                )
            ).Items.Select(static map => MachineMark.Parse(map.Data!["description"])!),
        ];

    public async Task<NodeSmithClaim> WaitForClaimAsync(string name, Func<NodeSmithClaim, bool> isWanted)
    {
        try
        {
            return await Cluster.WaitForAsync(NodeSmithResources.Claims, name, isWanted);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            NodeAutoscaler state = await AutoscalerReader.ReadAsync(await Cluster.ConnectAsync(), Namespace, 50, default);
            string decisions = string.Join("; ", state.Decisions);
            throw new InvalidOperationException($"Claim {name} was deleted. {decisions}", e);
        }
    }

    public async Task<List<NodeSmithClaim>> WaitForClaimsAsync(string what, Func<List<NodeSmithClaim>, bool> areWanted)
    {
        try
        {
            return await Eventually.GetAsync(what, ClaimsAsync, areWanted, describe: Describe);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} This test is {Cluster.Id}. {await DescribeNodesAsync()}", e);
        }
    }

    // Which test a node belongs to, and who has written it.
    private async Task<string> DescribeNodesAsync() =>
        string.Join(
            "; ",
            (await Cluster.Client.ListAsync(Resources.Nodes, new(), default))
                .Items.Where(IsOfClaim)
                .Select(static node =>
                    $"node {node.Metadata.Name} {node.Metadata.Uid} of {node.Spec.ProviderID}, {node.Metadata.CreationTimestamp:HH:mm:ss}, labels "
                    + string.Join(",", (node.Metadata.Labels ?? []).Select(static label => $"{label.Key}={label.Value}"))
                )
        );

    public Task DeleteAsync<T>(ResourceType<T> type, string name)
        where T : KubernetesObject => Cluster.Client.DeleteAsync(type, name, Namespace, new(), default);

    public Task PatchAsync<T>(ResourceType<T> type, string name, string json, string? subresource = null)
        where T : KubernetesObject =>
        Cluster.Client.PatchAsync(
            type,
            name,
            type.IsNamespaced ? Namespace : null,
            Patch.Merge(JsonNode.Parse(json)!.AsObject()),
            subresource,
            RequestOptions.Default,
            default
        );

    /// <summary>Stops an autoscaler as a process does that is asked to end.</summary>
    public static async Task StopAsync(RunningOperation operation)
    {
        operation.Cancel();
        await operation.Completion.WaitAsync(Eventually.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (RunningOperation operation in _running)
                await StopAsync(operation);
            // A machine that still boots would register its node later.
            foreach (SimulatedMachines machines in _machines)
                machines.Dispose();
            await _sent.WaitAsync();
            if (_turn == RealTurns[Machines.OfClaims])
            {
                await RemoveMachinesAsync();
                await ForgetNodesAsync();
            }

            await Cluster.DisposeAsync();
        }
        finally
        {
            Interlocked.Exchange(ref _turn, null)?.Release();
        }
    }

    // First: the namespace stays, and whoever still boots a machine of it removes the node again if the machine is gone.
    private async Task RemoveMachinesAsync()
    {
        string path = $"/api/v1/namespaces/{Namespace}/configmaps?labelSelector={SimulatedBy}";
        WireAnswer answer = await Cluster.SendAsync("DELETE", path, "{}");
        Assert.True(answer.Code == HttpStatusCode.OK, answer.Text);
    }

    // Nodes are in no namespace: one that stayed would have the name of a machine of the next lab. Not all have the pool's label already.
    private async Task ForgetNodesAsync()
    {
        foreach (Node node in (await Cluster.Client.ListAsync(Resources.Nodes, new(), default)).Items.Where(IsOfClaim))
        {
            try
            {
                await Cluster.Client.DeleteAsync(Resources.Nodes, node.Metadata.Name, null, new(), default);
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
            {
                // It is gone already.
            }
        }
    }

    private static bool IsOfClaim(Node node) =>
        node.Metadata.Labels?.GetValueOrDefault(NodeSmithNames.DefaultPoolLabelKey) == "small"
        || node.Metadata.Name.StartsWith("small-", StringComparison.Ordinal);

    public static string Status(NodeSmithClaim claim, string type) => claim.Status?.Conditions?.Find(one => one.Type == type)?.Status ?? "";

    public static string Reason(NodeSmithClaim claim, string type) => claim.Status?.Conditions?.Find(one => one.Type == type)?.Reason ?? "";

    /// <summary>Each claim with its conditions, for the message of a failure.</summary>
    public static string Describe(IEnumerable<NodeSmithClaim> claims) =>
        string.Join(
            "; ",
            claims.Select(static claim =>
                $"{claim.Metadata.Name}{(claim.Metadata.DeletionTimestamp is null ? "" : " (deleting)")} node {claim.Status?.NodeName}, attempt {claim.Status?.LaunchAttempts} {claim.Status?.MachineCreated:HH:mm:ss} "
                + string.Join(
                    ", ",
                    (claim.Status?.Conditions ?? []).Select(static one => $"{one.Type}={one.Status} {one.Reason} {one.Message}")
                )
            )
        );

    public static bool IsReady(NodeSmithClaim claim) => Status(claim, NodeSmithConditions.Ready) == "True";

    private static JsonObject Manifest(string kind, string name, string spec) =>
        new()
        {
            ["apiVersion"] = NodeSmithNames.ApiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = JsonNode.Parse(spec),
        };

    /// <summary>Who makes machines, whose names are told apart.</summary>
    public enum Machines
    {
        OfClaims,
        OfPoolService,
    }

    /// <summary>Plans so many nodes as the test says, or by the rules.</summary>
    private sealed class WantedPlanner(AutoscalerLab lab) : IScalePlanner
    {
        private readonly RulePlanner _rules = new();

        public ScalePlan Plan(ScaleInput input)
        {
            lab.PlannedAt = input.Now;
            if (lab.Wanted is not { } wanted)
                return _rules.Plan(input);
            var live = input
                .Claims.Where(static one => one.Metadata.DeletionTimestamp is null)
                .OrderBy(static one => one.Metadata.Name, StringComparer.Ordinal)
                .ToList();
            return new(
                [
                    .. Enumerable
                        .Range(1, Math.Max(0, wanted - live.Count))
                        .Select(static i => new NodeScalePlanMachine
                        {
                            Pool = "small",
                            Id = $"small/{i}",
                            CpuCores = 2,
                            Memory = 2L << 30,
                            Reason = AutoscalerReason.NewMachine,
                            Message = "The test wants it.",
                        }),
                ],
                [
                    .. live.Skip(wanted)
                        .Select(one => new NodeScalePlanNode
                        {
                            Node = one.Status?.NodeName ?? "",
                            Claim = one.Metadata.Name,
                            Pool = "small",
                            Decision = AutoscalerDecision.Remove,
                            Reason = AutoscalerReason.Empty,
                            Message = "The test wants less.",
                        }),
                ],
                [],
                [
                    new()
                    {
                        Pool = "small",
                        Decision = AutoscalerDecision.None,
                        Reason = AutoscalerReason.Satisfied,
                        Message = $"{wanted} are wanted.",
                    },
                ],
                input.Memory,
                // What the test wants is no object: nothing tells of it.
                input.Now + TimeSpan.FromSeconds(15)
            );
        }

        public NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal) =>
            lab.Wanted is null ? _rules.Confirm(input, removal) : Plan(input).Nodes.FirstOrDefault(one => one.Claim == removal.Claim);
    }
}
