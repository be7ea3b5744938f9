using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.Autoscaling.SeedFields;

/// <summary>Every field of the seed's schemas is honoured or written: a row a field, each with a check of its own.</summary>
public sealed class SeedFieldTests(SeedFieldRun run) : IClassFixture<SeedFieldRun>
{
    private static readonly Dictionary<string, Func<SeedFieldRun, Task>> All = new(StringComparer.Ordinal)
    {
        ["NodeSmithClaim spec.idempotencyKey"] = Do(static run =>
            Assert.Equal($"{run.PoolNow.Metadata.Uid}/1", run.Claim.Spec.IdempotencyKey)
        ),
        ["NodeSmithClaim spec.poolRef"] = Do(static run => Assert.Equal("small", run.Claim.Spec.PoolRef)),
        ["NodeSmithClaim spec.requirements.cpuCores"] = Do(static run =>
            Assert.Equal(("3", 3), (run.Machine.Configuration["cores"], run.Claim.Spec.Requirements!.CpuCores))
        ),
        ["NodeSmithClaim spec.requirements.memoryMiB"] = Do(static run => Assert.Equal(3000, run.Claim.Spec.Requirements!.MemoryMiB)),
        // That it ends a drain is in ClaimLifecycleTests.
        ["NodeSmithClaim spec.terminationGracePeriod"] = Do(static run => Assert.Equal("7m", run.Claim.Spec.TerminationGracePeriod)),
        ["NodeSmithClaim status.conditions"] = Do(static run =>
            Assert.All(
                (string[])
                    [
                        NodeSmithConditions.Launched,
                        NodeSmithConditions.Registered,
                        NodeSmithConditions.Initialized,
                        NodeSmithConditions.Ready,
                    ],
                type => CheckCondition(run.Claim.Status!.Conditions, type, "True", run.Claim)
            )
        ),
        ["NodeSmithClaim status.launchAttempts"] = Do(static run =>
            Assert.Equal((1, 1), (run.Launching.Status!.LaunchAttempts, run.Claim.Status!.LaunchAttempts))
        ),
        ["NodeSmithClaim status.lease.holder"] = Do(static run => Assert.Matches("^[^/]+.*/[0-9]+-[0-9a-f]{8}$", LeaseOf(run).Holder)),
        ["NodeSmithClaim status.lease.lastHeartbeat"] = Do(static run => Assert.True(LeaseOf(run).LastHeartbeat >= LeaseOf(run).Started)),
        ["NodeSmithClaim status.lease.phase"] = Do(static run => Assert.Equal("Launching", LeaseOf(run).Phase)),
        ["NodeSmithClaim status.lease.started"] = Do(static run =>
            Assert.True(LeaseOf(run).Started >= run.Claim.Metadata.CreationTimestamp)
        ),
        ["NodeSmithClaim status.lease.timeoutSeconds"] = Do(static run =>
            Assert.True(LeaseOf(run).TimeoutSeconds > 0 && run.Claim.Status!.Lease is null)
        ),
        ["NodeSmithClaim status.nodeName"] = Do(static run => Assert.Equal(run.Machine.Configuration["name"], run.Claim.Status!.NodeName)),
        ["NodeSmithClaim status.providerID"] = Do(static run =>
        {
            Assert.Equal($"proxmox://garage/vms/{run.Machine.Id}", run.Claim.Status!.ProviderID);
            Assert.All(
                (string[])["proxmox://garage/vms/1270", "redfish://10.0.0.7/Systems/1"],
                static id => Assert.Equal((true, false, false), (IsNodeOf(id, id), IsNodeOf(id, id + "2"), IsNodeOf("aws:///a/" + id, id)))
            );
        }),
        ["NodeSmithClaim status.providerRef"] = Do(static run => Assert.Equal("pve", run.Claim.Status!.ProviderRef)),

        ["NodeSmithControlPlane spec.pools"] = Do(static run => Assert.Equal("small-1", Assert.Single(run.Claims).Metadata.Name)),
        ["NodeSmithControlPlane status.conditions"] = Do(static run =>
            CheckCondition(run.Plane.Status!.Conditions, NodeSmithConditions.Available, null, run.Plane)
        ),
        ["NodeSmithControlPlane status.lastSyncTime"] = Do(static run =>
            Assert.True(run.Plane.Status!.LastSyncTime >= run.Plane.Metadata.CreationTimestamp)
        ),
        ["NodeSmithControlPlane status.observedGeneration"] = Do(static run =>
            Assert.Equal(run.Plane.Metadata.Generation, run.Plane.Status!.ObservedGeneration)
        ),

        ["NodeSmithPool spec.limits.cpuCores"] = Do(static _ =>
            CheckLimit(static (limits, value) => limits.CpuCores = value, AutoscalerReason.CpuLimit)
        ),
        ["NodeSmithPool spec.limits.maxNodes"] = Do(static _ =>
            CheckLimit(static (limits, value) => limits.MaxNodes = value, AutoscalerReason.NodeLimit)
        ),
        ["NodeSmithPool spec.limits.memoryMiB"] = Do(static _ =>
            CheckLimit(static (limits, value) => limits.MemoryMiB = value, AutoscalerReason.MemoryLimit)
        ),
        ["NodeSmithPool spec.limits.minNodes"] = Do(static run => Assert.Single(run.Claims)),
        ["NodeSmithPool spec.machineTemplate.labels"] = Do(static run => Assert.Equal("seed", run.Node.Metadata.Labels!["tier"])),
        ["NodeSmithPool spec.poolLabelKey"] = Do(static run =>
            Assert.Equal(
                ("small", false),
                (run.Node.Metadata.Labels!["example.com/pool"], run.Node.Metadata.Labels.ContainsKey(NodeSmithNames.DefaultPoolLabelKey))
            )
        ),
        ["NodeSmithPool spec.providerRef"] = Do(static run => Assert.Equal(run.PoolNow.Spec.ProviderRef, run.Claim.Status!.ProviderRef)),
        // What they do is in SeedSampleTests.
        ["NodeSmithPool spec.scaleDown.stabilizationWindow"] = Do(static run =>
            Assert.Equal(TimeSpan.FromMinutes(5), StateOf(run).ScaleDownWindow)
        ),
        ["NodeSmithPool spec.scaleUp.stabilizationWindow"] = Do(static run =>
            Assert.Equal(TimeSpan.FromMinutes(2), StateOf(run).ScaleUpWindow)
        ),
        ["NodeSmithPool status.conditions"] = Do(static run =>
            CheckCondition(run.PoolNow.Status!.Conditions, NodeSmithConditions.Available, null, run.PoolNow)
        ),
        ["NodeSmithPool status.lastScaleActivity"] = Do(static run =>
            Assert.True(run.PoolNow.Status!.LastScaleActivity >= run.PoolNow.Metadata.CreationTimestamp)
        ),
        ["NodeSmithPool status.nextClaimSequence"] = Do(static run => Assert.Equal(2, run.PoolNow.Status!.NextClaimSequence)),
        ["NodeSmithPool status.observedGeneration"] = Do(static run =>
            Assert.Equal(run.PoolNow.Metadata.Generation, run.PoolNow.Status!.ObservedGeneration)
        ),

        ["NodeSmithProvider spec.additionalSettings"] = static run => CheckAdditionalAsync(run),
        // The Secret is in another namespace, and Proxmox takes no other token.
        ["NodeSmithProvider spec.credentialsSecretRef.name"] = Do(static run =>
            Assert.Equal((1, "pve"), (run.Claim.Status!.LaunchAttempts, run.ProviderNow.Spec.CredentialsSecretRef!.Name))
        ),
        ["NodeSmithProvider spec.credentialsSecretRef.namespace"] = Do(static run =>
            Assert.Equal(
                (run.Cluster.Namespace + "-secrets", true),
                (run.ProviderNow.Spec.CredentialsSecretRef!.Namespace, run.Claim.Status!.Conditions.IsTrue(NodeSmithConditions.Launched))
            )
        ),
        ["NodeSmithProvider spec.proxmox.endpoint"] = Do(static run => Assert.Equal("10.0.4.30:8006", Assert.Single(run.Hosts))),
        ["NodeSmithProvider spec.proxmox.managedNodeTag"] = Do(static run => Assert.Equal("seed-tag", run.Machine.Configuration["tags"])),
        ["NodeSmithProvider spec.proxmox.networkInterfaces[].bridge"] = Do(static run =>
            Assert.Contains(",bridge=vmbr7", run.Machine.Configuration["net1"], StringComparison.Ordinal)
        ),
        ["NodeSmithProvider spec.proxmox.networkInterfaces[].macPrefix"] = Do(static run =>
            Assert.Contains("=02:0A:0B:", run.Machine.Configuration["net1"], StringComparison.Ordinal)
        ),
        ["NodeSmithProvider spec.proxmox.networkInterfaces[].model"] = Do(static run =>
            Assert.StartsWith("virtio=", run.Machine.Configuration["net1"], StringComparison.Ordinal)
        ),
        ["NodeSmithProvider spec.proxmox.networkInterfaces[].name"] = Do(static run =>
            Assert.Equal(
                "net1",
                Assert.Single(run.Machine.Configuration.Keys, static key => key.StartsWith("net", StringComparison.Ordinal))
            )
        ),
        ["NodeSmithProvider spec.proxmox.networkInterfaces[].vlanTag"] = Do(static run =>
            Assert.EndsWith(",tag=42", run.Machine.Configuration["net1"], StringComparison.Ordinal)
        ),
        ["NodeSmithProvider spec.proxmox.nodeWhitelist"] = Do(static run => Assert.Equal("porsche", run.Machine.Host)),
        ["NodeSmithProvider spec.proxmox.vmIDRange.lower"] = Do(static run => Assert.True(run.Machine.Id >= 1270)),
        ["NodeSmithProvider spec.proxmox.vmIDRange.upper"] = Do(static run => Assert.True(run.Machine.Id <= 1272)),
        ["NodeSmithProvider spec.proxmox.vmMemOverheadMiB"] = Do(static run => Assert.Equal("5048", run.Machine.Configuration["memory"])),
        ["NodeSmithProvider spec.proxmox.vmOptions[].name"] = Do(static run => Assert.Contains("cpu", run.Machine.Configuration.Keys)),
        ["NodeSmithProvider spec.proxmox.vmOptions[].value"] = Do(static run =>
            Assert.Equal(("host", "1"), (run.Machine.Configuration["cpu"], run.Machine.Configuration["sockets"]))
        ),
        ["NodeSmithProvider spec.type"] = Do(static run =>
            Assert.StartsWith("proxmox://", run.Claim.Status!.ProviderID, StringComparison.Ordinal)
        ),
        ["NodeSmithProvider status.conditions"] = Do(static run =>
        {
            CheckCondition(run.ProviderNow.Status!.Conditions, NodeSmithConditions.Available, "True", run.ProviderNow);
            CheckCondition(run.ProviderNow.Status!.Conditions, NodeSmithConditions.Degraded, "False", run.ProviderNow);
        }),
        ["NodeSmithProvider status.observedGeneration"] = Do(static run =>
            Assert.Equal(run.ProviderNow.Metadata.Generation, run.ProviderNow.Status!.ObservedGeneration)
        ),
    };

    public static TheoryData<string> Fields => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Fields))]
    public Task Each_documented_field_is_applied_or_written(string field) => All[field](run);

    private static Func<SeedFieldRun, Task> Do(Action<SeedFieldRun> check) =>
        run =>
        {
            check(run);
            return Task.CompletedTask;
        };

    private static NodeSmithClaimLease LeaseOf(SeedFieldRun run) => run.Launching.Status!.Lease!;

    private static PoolState StateOf(SeedFieldRun run) =>
        Assert.Single(
            PoolState.Of(
                new()
                {
                    Now = run.Cluster.Time.GetUtcNow(),
                    Nodes = [],
                    Pods = [],
                    Pools = [run.PoolNow],
                }
            )
        );

    private static void CheckCondition(List<NodeSmithCondition>? conditions, string type, string? state, KubernetesObject of)
    {
        NodeSmithCondition condition = Assert.Single(conditions!, one => one.Type == type);
        Assert.Equal(
            (state ?? (condition.Status is "True" ? "True" : "False"), of.Metadata.Generation),
            (condition.Status, condition.ObservedGeneration)
        );
        Assert.Matches("^[A-Za-z][A-Za-z0-9]*$", condition.Reason);
        Assert.NotEmpty(condition.Message);
        Assert.True(condition.LastTransitionTime >= of.Metadata.CreationTimestamp);
    }

    // 0 is unlimited, and a second machine is one too many where the limit lets one through.
    private static void CheckLimit(Action<NodeSmithPoolLimits, int> set, string reason)
    {
        PoolUse one = new PoolUse(0, 0, 0).With(1000, 1L << 20),
            two = one.With(1000, 1L << 20);
        NodeSmithPoolLimits limited = new(),
            unlimited = new();
        set(limited, 1);
        set(unlimited, 0);
        Assert.Equal((null, reason, null), (one.Exceeds(limited)?.Reason, two.Exceeds(limited)?.Reason, two.Exceeds(unlimited)?.Reason));
    }

    private static bool IsNodeOf(string nodeId, string claimId) =>
        NodeOwnership.Check(
            new()
            {
                Metadata = new() { Name = "a", Uid = "u" },
                Spec = new() { PoolRef = "small" },
                Status = new() { ProviderID = claimId, MachineName = "a" },
            },
            new()
            {
                Metadata = new() { Name = "a" },
                Spec = new() { ProviderID = nodeId },
            }
        )
            is null;

    private static async Task CheckAdditionalAsync(SeedFieldRun run)
    {
        NodeManagerSession session = await run.Cluster.ConnectAsync();
        var factory = new RecordingFactory();
        var registry = new MachineProviderRegistry();
        registry.Add(factory);
        using var providers = new MachineProviders(session.Connection(), registry);
        await run.Cluster.CreateAsync(
            Kubernetes.Requests.Resources.Secrets,
            JsonNode
                .Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"token"},"stringData":{"TOKEN":"a-token"} }""")!
                .AsObject()
        );
        var resource = new NodeSmithProvider
        {
            Metadata = new()
            {
                Name = "third",
                Namespace = run.Cluster.Namespace,
                Uid = "u",
            },
            Spec = new()
            {
                Type = factory.Type,
                CredentialsSecretRef = new() { Name = "token" },
                AdditionalSettings = new() { ["zones"] = JsonDocument.Parse("""{"names":["a","b"]}""").RootElement },
            },
        };

        Assert.NotNull((await providers.OpenAsync(resource, default)).Provider);
        Assert.Equal(
            "b",
            (string?)JsonNode.Parse(Assert.Single(factory.Made).Settings.Spec.GetRawText())!["additionalSettings"]!["zones"]!["names"]![1]
        );
    }
}
