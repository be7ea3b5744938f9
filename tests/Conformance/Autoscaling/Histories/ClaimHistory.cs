using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers.Proxmox;
using NodeManager.Providers.Tests.Proxmox;

namespace NodeManager.Conformance.Autoscaling.Histories;

/// <summary>
/// A cluster, its Proxmox with a handful of ids, and two autoscalers that both believe they lead. It notes what must not happen: a foreign
/// machine destroyed, one of ours left behind, a claim with two.
/// </summary>
internal sealed class ClaimHistory : IAsyncDisposable
{
    public const int Claims = 3;
    private const string Owner = "c/proxmox",
        Tag = "kubenodesmith-managed";
    private const long FirstId = 1250,
        LastId = 1256;
    private const int Uses = 50;
    private static readonly ListOptions Everything = new();

    // Starting a cluster takes longer than a history.
    private static readonly ConcurrentBag<(TestCluster Cluster, int Used)> Spare = [];
    private readonly TestCluster _cluster;
    private readonly FakeProxmox _proxmox = new() { ClusterName = "garage" };
    private readonly Random _random;
    private readonly MachineProviderSettings _settings;
    private readonly HistoryController[] _controllers = new HistoryController[2];
    private readonly List<string> _log = [];
    private bool _isRough = true;
    private int _started;

    private readonly int _used;

    private ClaimHistory(TestCluster cluster, int used, int seed)
    {
        (_cluster, _used) = (cluster, used);
        _random = new(seed);
        _proxmox.TaskPolls = () => _random.Next(1, 3);
        _proxmox.Faults = Fault;
        string spec = $$"""
            {"type":"proxmox","credentialsSecretRef":{"name":"s"},"proxmox":{"endpoint":"https://10.0.4.30:8006/api2/json","nodeWhitelist":["alfaromeo","porsche"],
             "vmIDRange":{"lower":{{FirstId}},"upper":{{LastId}} },"managedNodeTag":"{{Tag}}"} }
            """;
        var secret = new Dictionary<string, string>
        {
            [ProxmoxProviderFactory.TokenId] = FakeProxmox.Token,
            [ProxmoxProviderFactory.TokenSecret] = FakeProxmox.Secret,
        };
        _settings = new("proxmox", "default", JsonDocument.Parse(spec).RootElement, new(secret)) { Owner = Owner };
    }

    /// <summary>What must not have happened.</summary>
    public List<string> Violations { get; } = [];

    public string Log => string.Join('\n', _log);

    public static async Task<ClaimHistory> StartAsync(int seed)
    {
        bool isNew = !Spare.TryTake(out (TestCluster Cluster, int Used) taken);
        if (isNew)
            taken = (await TestCluster.StartAsync(Backend.Sandbox, speed: 500), 0);
        var history = new ClaimHistory(taken.Cluster, taken.Used + 1, seed);
        if (isNew)
        {
            await NodeSmithDefinitions.InstallAsync(taken.Cluster);
            await history.AddAsync(NodeSmithResources.Providers, "NodeSmithProvider", "proxmox", history._settings.Spec.GetRawText());
            await history.AddAsync(
                NodeSmithResources.Pools,
                "NodeSmithPool",
                "small",
                """{"providerRef":"proxmox","limits":{"minNodes":0,"maxNodes":0,"cpuCores":0,"memoryMiB":0},"machineTemplate":{},"registrationTimeout":"24h"}"""
            );
        }

        for (int i = 0; i < 2; i++)
            await history.RestartAsync(i);
        return history;
    }

    public async Task CreateClaimAsync(int claim)
    {
        try
        {
            await AddAsync(
                NodeSmithResources.Claims,
                "NodeSmithClaim",
                Name(claim),
                """{"poolRef":"small","requirements":{"cpuCores":1,"memoryMiB":512}}"""
            );
            Note($"claim {claim} is created");
        }
        catch (KubernetesException e) when (e.Code == System.Net.HttpStatusCode.Conflict)
        {
            // It is there.
        }
    }

    public async Task DeleteClaimAsync(int claim)
    {
        if (!await _cluster.ExistsAsync(NodeSmithResources.Claims, Name(claim)))
            return;
        await _cluster.Client.DeleteAsync(NodeSmithResources.Claims, Name(claim), _cluster.Namespace, new(), default);
        Note($"claim {claim} is deleted");
    }

    /// <summary>One of them looks at a claim, or both do at the same time.</summary>
    /// <param name="claim">Which.</param>
    /// <param name="who">0 or 1; 2: both.</param>
    public async Task ReconcileAsync(int claim, int who)
    {
        int[] all = who == 2 ? [0, 1] : [who];
        string[] told = await Task.WhenAll(all.Select(one => Task.Run(() => _controllers[one].ReconcileAsync(Name(claim)))));
        Note($"claim {claim} by {string.Join(" and ", all)}: {string.Join(" | ", told)}");
        foreach (int one in all.Where(one => _controllers[one].Path.IsKilled))
            await RestartAsync(one);
        Check();
    }

    public async Task CollectAsync(int who)
    {
        Note($"collect by {who}: {await _controllers[who].CollectAsync()}");
        if (_controllers[who].Path.IsKilled)
            await RestartAsync(who);
        Check();
    }

    /// <summary>The process ends within so many further requests, and another one starts.</summary>
    public void KillAfter(int who, int requests)
    {
        _controllers[who].Path.KillAfter(requests);
        Note($"{who} ends after {requests} requests");
    }

    /// <summary>Its caches learn nothing, or what they have missed.</summary>
    public void SetStale(int who, bool isStale)
    {
        if (isStale)
            _controllers[who].Path.Freeze();
        else
            _controllers[who].Path.Thaw();
        Note($"{who} is {(isStale ? "stale" : "current")}");
    }

    /// <summary>Someone is at work on Proxmox: adds, renames, untags, replaces, copies, destroys.</summary>
    public void Administer(int what, int which) => Note(_proxmox.Administer(() => Change(what, which)));

    /// <summary>A kubelet registers the name of a claim, be it of its machine or of another.</summary>
    public async Task RegisterAsync(int claim)
    {
        if (await _cluster.ExistsAsync(Resources.Nodes, Name(claim)))
            return;
        await _cluster.CreateAsync(
            Resources.Nodes,
            JsonNode
                .Parse(
                    $$$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{Name(claim)}}}","annotations":{"fake-kubelet/ignore":"true"} } }"""
                )!
                .AsObject()
        );
        Note($"node of claim {claim} registers");
    }

    /// <summary>Nothing fails any more: all comes to rest, then all claims go.</summary>
    public async Task FinishAsync()
    {
        _isRough = false;
        foreach (HistoryController one in _controllers)
            one.Path.Thaw();
        for (int i = 0; i < 2; i++)
            await RestartAsync(i);
        // A person may take a machine before its claim knows that it has one: the claim waits for that person, too.
        await ConvergeAsync(
            "claims at rest",
            static (claims, taken) => claims.All(one => IsAtRest(one) || (taken.Contains(one.Metadata.Uid!) && LaunchOf(one) == "Refused"))
        );
        CheckMachines(await ClaimsAsync(), await NoticeAsync());
        for (int i = 0; i < Claims; i++)
            await DeleteClaimAsync(i);
        // A claim whose machine was taken over stays, with the reason, until a user abandons it.
        await ConvergeAsync("no claims", static (claims, taken) => claims.TrueForAll(one => taken.Contains(one.Metadata.Uid!)));
        CheckMachines(await ClaimsAsync(), await NoticeAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HistoryController one in _controllers)
            await one.DisposeAsync();
        _proxmox.Dispose();
        for (int i = 0; i < Claims; i++)
        {
            if (await _cluster.ExistsAsync(Resources.Nodes, Name(i)))
                await _cluster.Client.DeleteAsync(Resources.Nodes, Name(i), null, new(), default);
        }

        if (_used < Uses && (await ClaimsAsync()).Count == 0)
            Spare.Add((_cluster, _used));
        else
            await _cluster.DisposeAsync();
    }

    private static string Name(int claim) => $"m-{claim}";

    private static bool IsAtRest(NodeSmithClaim claim) =>
        claim.Metadata.DeletionTimestamp is null
        && (claim.Status?.ProviderID is { Length: > 0 } || AutoscalerLab.Status(claim, NodeSmithConditions.Failed) == "True");

    private static string LaunchOf(NodeSmithClaim claim) => AutoscalerLab.Reason(claim, NodeSmithConditions.Launched);

    private void Note(string what) => _log.Add(what);

    private async Task RestartAsync(int who)
    {
        if (_controllers[who] is { } before)
            await before.DisposeAsync();
        _controllers[who] = await HistoryController.StartAsync(_cluster, _proxmox, _settings, $"controller-{who}-{++_started}", Roll);
        if (_isRough)
            _controllers[who].Path.Lossy = 0.04;
        Note($"{who} starts");
    }

    private double Roll()
    {
        lock (_random)
            return _random.NextDouble();
    }

    // Claims of which a person took the machine are not waited for.
    private async Task ConvergeAsync(string what, Func<List<NodeSmithClaim>, HashSet<string>, bool> isDone)
    {
        for (int round = 0; round < 400; round++)
        {
            foreach (HistoryController one in _controllers)
                await one.CatchUpAsync();
            List<NodeSmithClaim> claims = await ClaimsAsync();
            HashSet<string> taken = await NoticeAsync();
            List<NodeSmithClaim> ours = claims.FindAll(one => !taken.Contains(one.Metadata.Uid!) || one.Metadata.DeletionTimestamp is null);
            // A claim whose machine was destroyed is collected, as is a machine without its claim.
            bool hasSettled =
                isDone(ours, taken)
                && _proxmox.Administer(() =>
                    Ours().All(vm => claims.Exists(one => one.Metadata.Uid == vm.Claim))
                    && ours.TrueForAll(one => one.Status?.ProviderID is null or "" || taken.Contains(one.Metadata.Uid!) || HasMachine(one))
                );
            if (hasSettled)
                return;
            int who = round % 2;
            foreach (NodeSmithClaim claim in claims)
                Note($"{what} {claim.Metadata.Name} by {who}: {await _controllers[who].ReconcileAsync(claim.Metadata.Name)}");
            Note($"{what} collect by {who}: {await _controllers[who].CollectAsync()}");
            await Task.Delay(TimeSpan.FromSeconds(2), _cluster.Time);
            Check();
        }

        Violations.Add(
            $"{what}: it does not converge; {string.Join(", ", (await ClaimsAsync()).Select(static one => $"{one.Metadata.Name} {LaunchOf(one)}"))}"
        );
    }

    private async Task<List<NodeSmithClaim>> ClaimsAsync() =>
        (await _cluster.Client.ListAsync(NodeSmithResources.Claims, Everything with { Namespace = _cluster.Namespace }, default)).Items;

    // UIDs of claims whose machine is no longer what it was made as.
    private Task<HashSet<string>> NoticeAsync() =>
        Task.FromResult(
            _proxmox.Administer(() =>
                _proxmox
                    .Vms.Values.Where(static vm => vm.IsForeign && vm.Claim is not null)
                    .Select(static vm => vm.Claim!)
                    .ToHashSet(StringComparer.Ordinal)
            )
        );

    private bool HasMachine(NodeSmithClaim claim) =>
        Ours().Any(vm => vm.Claim == claim.Metadata.Uid && claim.Status!.ProviderID == $"proxmox://garage/vms/{vm.Id}");

    private IEnumerable<FakeVm> Ours() => _proxmox.Vms.Values.Where(static vm => !vm.IsForeign);

    private void Check()
    {
        long[] foreign = _proxmox.Administer(() =>
            _proxmox.Destroyed.Where(static vm => vm.IsForeign).Select(static vm => vm.Id).ToArray()
        );
        if (foreign.Length > 0)
            Violations.Add($"foreign machines destroyed: {string.Join(", ", foreign)}");
    }

    private void CheckMachines(List<NodeSmithClaim> claims, HashSet<string> taken) =>
        _proxmox.Administer(() =>
        {
            foreach (IGrouping<string?, FakeVm> machines in Ours().GroupBy(static vm => vm.Claim))
            {
                if (machines.Count() > 1)
                    Violations.Add($"claim {machines.Key} has machines {string.Join(" and ", machines.Select(static vm => vm.Id))}");
                if (!claims.Exists(one => one.Metadata.Uid == machines.Key))
                    Violations.Add($"machine {machines.First().Id} is left of claim {machines.Key}");
            }

            foreach (
                NodeSmithClaim claim in claims.Where(one => one.Status?.ProviderID is { Length: > 0 } && !taken.Contains(one.Metadata.Uid!))
            )
            {
                if (!HasMachine(claim))
                    Violations.Add($"claim {claim.Metadata.Name} has no machine {claim.Status!.ProviderID}");
            }

            return true;
        });

    private string Change(int what, int which)
    {
        FakeVm[] guests = [.. _proxmox.Vms.Values.Where(static vm => !vm.Configuration.ContainsKey("lock"))];
        long id = FirstId + (which % (LastId - FirstId + 1));
        if (guests.Length == 0 || what == 0)
        {
            if (_proxmox.Vms.ContainsKey(id))
                return "the administrator looks";
            _proxmox.Add(id, new() { ["name"] = Name(which % Claims), ["tags"] = Tag });
            return $"the administrator adds {id}";
        }

        FakeVm vm = guests[which % guests.Length];
        switch (what)
        {
            case 1:
                vm.Set("name", "renamed");
                vm.IsForeign = true;
                break;
            case 2:
                vm.Set("tags", "precious");
                vm.IsForeign = true;
                break;
            case 3:
                _proxmox.Vms.Remove(vm.Id);
                _proxmox.Add(
                    vm.Id,
                    new()
                    {
                        ["name"] = vm.Configuration.GetValueOrDefault("name", "x"),
                        ["tags"] = Tag,
                        ["description"] = "reused",
                    }
                );
                break;
            case 4:
                if (!_proxmox.Vms.ContainsKey(id))
                    _proxmox.Add(id, new(vm.Configuration)).IsForeign =
                        MachineMark.Parse(vm.Configuration.GetValueOrDefault("description"))?.Id != $"{id}";
                break;
            default:
                _proxmox.Vms.Remove(vm.Id);
                break;
        }

        return $"the administrator changes {vm.Id} ({what}, {id})";
    }

    private ProxmoxFault Fault(HttpMethod method, string path) =>
        !_isRough
            ? ProxmoxFault.None
            : (int)(Roll() * 100) switch
            {
                < 3 => ProxmoxFault.LostRequest,
                < 7 => ProxmoxFault.LostAnswer,
                < 9 => ProxmoxFault.Late,
                < 11 => ProxmoxFault.Locked,
                < 13 => ProxmoxFault.Gateway,
                < 18 => ProxmoxFault.Stale,
                < 20 => ProxmoxFault.TaskFails,
                _ => ProxmoxFault.None,
            };

    private async Task AddAsync<T>(ResourceType<T> type, string kind, string name, string spec)
        where T : KubernetesObject =>
        await _cluster.CreateAsync(
            type,
            new()
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = kind,
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = JsonNode.Parse(spec),
            }
        );
}
