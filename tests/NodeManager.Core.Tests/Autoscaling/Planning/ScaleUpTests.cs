using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

public sealed partial class ScaleUpTests
{
    [Fact]
    public void Pods_share_machines_until_they_are_full()
    {
        ScalePlan plan = ScalePlanner.Plan(Input(Fours(), Several(9)));
        Assert.Equal([4, 4, 1], plan.Machines.Select(static machine => machine.Pods.Count));
        Assert.All(
            plan.Machines,
            static machine => Assert.Equal(("four", 4L, 8192L * 1048576), (machine.Shape, machine.CpuCores, machine.Memory))
        );
        Assert.All(plan.Pods, static pod => Assert.Equal((AutoscalerDecision.Create, Reason.NewMachine), (pod.Decision, pod.Reason)));
    }

    [Fact]
    public void The_cheapest_shape_that_fits_the_pods_is_selected()
    {
        NodeSmithPool pool = Pool("workers", ("large", 16, 32768), ("small", 2, 4096), ("medium", 4, 8192));

        Assert.Equal("small", Assert.Single(ScalePlanner.Plan(Input(pool, Several(2))).Machines).Shape);
        Assert.Equal("medium", Assert.Single(ScalePlanner.Plan(Input(pool, Several(3))).Machines).Shape);
        Assert.Equal("large", Assert.Single(ScalePlanner.Plan(Input(pool, Several(10))).Machines).Shape);
    }

    [Fact]
    public void Without_shapes_a_machine_is_sized_from_its_pods_up_to_four_times_the_minimum()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.MachineTemplate.SystemReserved = null;

        NodeScalePlanMachine small = Assert.Single(ScalePlanner.Plan(Input(pool, Several(1, "100m", "64Mi"))).Machines);
        Assert.Equal((2L, 2048L), (small.CpuCores, small.Memory / 1048576));
        NodeScalePlanMachine grown = Assert.Single(ScalePlanner.Plan(Input(pool, Several(5, "1", "256Mi"))).Machines);
        Assert.Equal((6L, 2048L), (grown.CpuCores, grown.Memory / 1048576));
        Assert.Equal(2, ScalePlanner.Plan(Input(pool, Several(8, "1", "256Mi"))).Machines.Count);
        NodeScalePlanMachine huge = Assert.Single(ScalePlanner.Plan(Input(pool, Several(1, "20", "40Gi"))).Machines);
        Assert.Equal((21L, (40L * 1024) + 256), (huge.CpuCores, huge.Memory / 1048576));
    }

    [Fact]
    public void DaemonSet_pods_and_system_reserved_resources_reduce_the_room()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.MachineTemplate.SystemReserved = new() { CpuMillicores = 500, MemoryMiB = 0 };
        DaemonSet agent = new()
        {
            Metadata = new()
            {
                Name = "agent",
                Namespace = "kube-system",
                Uid = "ds",
            },
            Spec = new() { Template = new() { Spec = Waiting("x", "500m", "1Mi").Spec } },
        };

        Assert.Equal(
            [3, 1],
            ScalePlanner.Plan(Input(pool, Several(4)) with { DaemonSets = [agent] }).Machines.Select(static machine => machine.Pods.Count)
        );
        agent.Spec.Template.Spec.NodeSelector = new() { ["disk"] = "fast" };
        Assert.Equal(
            [3, 1],
            ScalePlanner.Plan(Input(pool, Several(4)) with { DaemonSets = [agent] }).Machines.Select(static machine => machine.Pods.Count)
        );
    }

    [Fact]
    public void Nodes_and_claims_in_flight_are_filled_first()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.MachineTemplate.StartupTaints = [new() { Key = "boot", Effect = "NoSchedule" }];
        NodeSmithClaim young = Claim("young", isReady: false);
        young.Status!.NodeName = "young";
        Node starting = Node("young");
        starting.Spec.Taints =
        [
            new() { Key = "boot", Effect = "NoSchedule" },
            new() { Key = "node.kubernetes.io/not-ready", Effect = "NoSchedule" },
        ];
        ScalePlan plan = ScalePlanner.Plan(
            Input(pool, Several(13)) with
            {
                Nodes = [Node("n1"), starting],
                Claims = [Claim("n1"), young, Claim("coming", isReady: false)],
            }
        );

        Assert.Equal(4, plan.Pods.Count(static pod => pod is { Reason: Reason.ExistingNode, Target: "n1" }));
        Assert.Equal(4, plan.Pods.Count(static pod => pod is { Reason: Reason.ClaimInFlight, Target: "claim-young" }));
        Assert.Equal(4, plan.Pods.Count(static pod => pod is { Reason: Reason.ClaimInFlight, Target: "claim-coming" }));
        Assert.Single(Assert.Single(plan.Machines).Pods);
    }

    [Fact]
    public void A_failed_claim_still_counts_so_that_creation_is_not_retried_continuously()
    {
        NodeSmithClaim failed = Claim("broken", isReady: false);
        failed.Status!.Conditions!.Add(Condition(NodeSmithConditions.Failed));

        ScalePlan plan = ScalePlanner.Plan(Input(Fours(), Waiting("pod")) with { Claims = [failed] });

        Assert.Empty(plan.Machines);
        Assert.Equal((AutoscalerDecision.Wait, Reason.ClaimFailed), (plan.Pod("pod").Decision, plan.Pod("pod").Reason));
    }

    [Fact]
    public void A_node_older_than_the_machine_or_with_another_id_does_not_belong_to_the_claim()
    {
        NodeSmithClaim claim = Claim("n1");
        claim.Status!.ProviderID = "proxmox://Lab/vms/7";
        ScaleInput input = Running(Fours(), 1) with { Claims = [claim] };
        input.Nodes[0].Spec.ProviderID = "PROXMOX://lab/vms/7";
        Assert.Equal("claim-n1", ScalePlanner.Plan(input).Node("n1").Claim);
        claim.Status.MachineCreated = Now;
        Assert.Equal("", ScalePlanner.Plan(input).Node("n1").Claim);
        claim.Status.MachineCreated = null;
        input.Nodes[0].Spec.ProviderID = "proxmox://lab/vms/8";
        Assert.Equal("", ScalePlanner.Plan(input).Node("n1").Claim);
    }

    public static TheoryData<string, string, string> Ignored =>
        new()
        {
            { "daemon", Reason.DaemonSetPod, AutoscalerDecision.Ignore },
            { "mirror", Reason.MirrorPod, AutoscalerDecision.Ignore },
            { "gated", Reason.SchedulingGate, AutoscalerDecision.Ignore },
            { "terminating", Reason.Terminating, AutoscalerDecision.Ignore },
            { "young", Reason.NotYetJudged, AutoscalerDecision.Ignore },
            { "claimless", Reason.VolumeClaim, AutoscalerDecision.Ignore },
            { "nominated", Reason.Nominated, AutoscalerDecision.Place },
            { "devices", Reason.ResourceClaims, AutoscalerDecision.Wait },
        };

    [Theory]
    [MemberData(nameof(Ignored))]
    public void Pods_that_no_machine_can_help_do_not_count_as_demand(string kind, string reason, string decision)
    {
        Pod pod = Waiting("pod")
            .With(one =>
            {
                switch (kind)
                {
                    case "daemon":
                        one.Metadata.OwnerReferences![0].Kind = "DaemonSet";
                        break;
                    case "mirror":
                        one.Metadata.Annotations = new() { ["kubernetes.io/config.mirror"] = "x" };
                        break;
                    case "gated":
                        one.Spec.SchedulingGates = [new() { Name = "example.com/gate" }];
                        break;
                    case "terminating":
                        one.Metadata.DeletionTimestamp = Now;
                        break;
                    case "young":
                        one.Status.Conditions = null;
                        break;
                    case "claimless":
                        one.Spec.Volumes =
                        [
                            new()
                            {
                                Name = "data",
                                PersistentVolumeClaim = new() { ClaimName = "data" },
                            },
                        ];
                        break;
                    case "nominated":
                        one.Status.NominatedNodeName = "n1";
                        break;
                    case "devices":
                        one.Spec.ResourceClaims = [new() { Name = "gpu" }];
                        break;
                }
            });
        ScalePlan plan = ScalePlanner.Plan(Running(Fours(), 1, pod, Waiting("full", "4").On("n1")));

        Assert.Equal((decision, reason), (plan.Pod("pod").Decision, plan.Pod("pod").Reason));
        Assert.NotEqual("", plan.Pod("pod").Message);
        Assert.Empty(plan.Machines);
    }

    [Fact]
    public void A_nominated_pod_uses_capacity_on_its_node()
    {
        Pod nominated = Waiting("first", "3").With(static pod => pod.Status.NominatedNodeName = "n1");

        ScalePlan plan = ScalePlanner.Plan(Running(Fours(), 1, nominated, Waiting("second", "2")));

        Assert.Equal(Reason.NewMachine, plan.Pod("second").Reason);
    }

    public static TheoryData<string, string> Refusals =>
        new()
        {
            { "taint", Reason.Taint },
            { "selector", Reason.NodeAffinity },
            { "zone", Reason.Zone },
            { "size", Reason.TooLarge },
            { "nodes", Reason.NodeLimit },
            { "cpu", Reason.CpuLimit },
            { "memory", Reason.MemoryLimit },
            { "affinity", Reason.PodAffinity },
            { "volume", Reason.Zone },
            { "spread", Reason.TopologySpread },
            { "stock", Reason.ProviderCapacity },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_pod_without_a_machine_has_one_reason_that_names_the_pool(string kind, string reason)
    {
        NodeSmithPool pool = Fours();
        Pod pod = Waiting("pod", kind == "size" ? "5" : "1");
        ScaleInput input = Running(pool, 1, pod, Waiting("full", "4").On("n1")).InZones("a", "b");
        switch (kind)
        {
            case "taint":
                pool.Spec.MachineTemplate.Taints =
                [
                    new()
                    {
                        Key = "gpu",
                        Value = "yes",
                        Effect = "NoSchedule",
                    },
                ];
                break;
            case "selector":
                pod.Spec.NodeSelector = new() { ["disk"] = "fast" };
                break;
            case "zone":
                pod.Spec.NodeSelector = new() { [Zone] = "c" };
                break;
            case "nodes":
                pool.Spec.Limits.MaxNodes = 1;
                break;
            case "cpu":
                pool.Spec.Limits.CpuCores = 7;
                break;
            case "memory":
                pool.Spec.Limits.MemoryMiB = 16383;
                break;
            case "affinity":
                pod.Spec.Affinity = new()
                {
                    PodAffinity = new()
                    {
                        RequiredDuringSchedulingIgnoredDuringExecution =
                        [
                            new()
                            {
                                TopologyKey = Host,
                                LabelSelector = new() { MatchLabels = new() { ["app"] = "db" } },
                            },
                        ],
                    },
                };
                break;
            case "spread":
                pod.Spec.TopologySpreadConstraints =
                [
                    new()
                    {
                        MaxSkew = 1,
                        TopologyKey = "rack",
                        WhenUnsatisfiable = "DoNotSchedule",
                        LabelSelector = new() { MatchLabels = new() { ["app"] = "web" } },
                    },
                ];
                break;
            case "stock":
                input = input with
                {
                    Providers =
                    [
                        new()
                        {
                            Metadata = new() { Name = "p" },
                            Spec = Spec("""{"type":"redfish","redfish":{"systems":[{"name":"s","cpuCores":4,"memoryMiB":8192}]}}"""),
                        },
                    ],
                };
                pool.Spec.MachineTemplate.Shapes = null;
                break;
            case "volume":
                pod.Spec.Volumes =
                [
                    new()
                    {
                        Name = "data",
                        PersistentVolumeClaim = new() { ClaimName = "data" },
                    },
                ];
                input = input with
                {
                    VolumeClaims =
                    [
                        new()
                        {
                            Metadata = new() { Name = "data", Namespace = "shop" },
                            Spec = new() { VolumeName = "pv" },
                        },
                    ],
                    Volumes =
                    [
                        new()
                        {
                            Metadata = new() { Name = "pv" },
                            Spec = new()
                            {
                                NodeAffinity = new()
                                {
                                    Required = new()
                                    {
                                        NodeSelectorTerms =
                                        [
                                            new()
                                            {
                                                MatchExpressions =
                                                [
                                                    new()
                                                    {
                                                        Key = Zone,
                                                        Operator = "In",
                                                        Values = ["c"],
                                                    },
                                                ],
                                            },
                                        ],
                                    },
                                },
                            },
                        },
                    ],
                };
                break;
        }

        NodeScalePlanPod answer = ScalePlanner.Plan(input with { Pods = [Sample.Kept(pod), input.Pods[1]] }).Pod("pod");

        Assert.Equal((AutoscalerDecision.Wait, reason), (answer.Decision, answer.Reason));
        Assert.Contains("Pool 'workers': ", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b", "b")]
    [InlineData("c", null)]
    [InlineData("", null)]
    [InlineData(null, "a")]
    public void A_machine_for_an_unbound_volume_is_created_in_a_topology_its_StorageClass_allows(string? allowed, string? zone)
    {
        Pod pod = Waiting("pod")
            .With(static one =>
                one.Spec.Volumes = [
                    new()
                    {
                        Name = "data",
                        PersistentVolumeClaim = new() { ClaimName = "data" },
                    },
                ]
            );
        ScaleInput input = Input(Fours(), pod).InZones("a", "b") with
        {
            VolumeClaims =
            [
                new()
                {
                    Metadata = new() { Name = "data", Namespace = "shop" },
                    Spec = new() { StorageClassName = "zonal" },
                },
            ],
            StorageClasses =
            [
                new()
                {
                    Metadata = new() { Name = "zonal" },
                    Provisioner = "example.com/disks",
                    VolumeBindingMode = "WaitForFirstConsumer",
                    AllowedTopologies = allowed is null
                        ? null
                        : [new() { MatchLabelExpressions = allowed.Length == 0 ? null : [new() { Key = Zone, Values = ["x", allowed] }] }],
                },
            ],
        };

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal(zone, plan.Machines.SingleOrDefault()?.Zone);
        if (zone is null)
            Assert.Equal((AutoscalerDecision.Wait, Reason.Zone), (plan.Pod("pod").Decision, plan.Pod("pod").Reason));
    }

    [Theory]
    [InlineData(9100, false, 9100, 0)]
    [InlineData(9100, false, 9200, 2)]
    [InlineData(null, true, 9100, 0)]
    [InlineData(null, false, 9100, 2)]
    public void A_pod_whose_host_port_a_DaemonSet_uses_gets_no_machine(int? held, bool isOnHost, int wanted, int machines)
    {
        DaemonSet agent = new()
        {
            Metadata = new()
            {
                Name = "agent",
                Namespace = "kube-system",
                Uid = "ds",
            },
            Spec = new() { Template = new() { Spec = Waiting("x", "100m", "1Mi").Spec } },
        };
        agent.Spec.Template.Spec.HostNetwork = isOnHost;
        agent.Spec.Template.Spec.Containers[0].Ports = [new() { Number = 9100, HostPort = held }];

        ScalePlan plan = ScalePlanner.Plan(
            Input(
                Fours(),
                Several(2).Select(pod => pod.With(one => one.Spec.Containers[0].Ports = [new() { Number = 80, HostPort = wanted }]))
            ) with
            {
                DaemonSets = [agent],
            }
        );

        // Two pods with the same host port need two machines.
        Assert.Equal(machines, plan.Machines.Count);
        if (machines == 0)
            Assert.All(plan.Pods, static pod => Assert.Contains("a host port of the pod is in use", pod.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_zone_bound_volume_gets_a_machine_in_its_zone()
    {
        Pod pod = Waiting("pod")
            .With(static one =>
                one.Spec.Volumes = [
                    new()
                    {
                        Name = "data",
                        PersistentVolumeClaim = new() { ClaimName = "data" },
                    },
                ]
            );
        ScalePlan plan = ScalePlanner.Plan(
            Input(Fours(), pod).InZones("a", "b", "c") with
            {
                VolumeClaims =
                [
                    new()
                    {
                        Metadata = new() { Name = "data", Namespace = "shop" },
                        Spec = new() { VolumeName = "pv" },
                    },
                ],
                Volumes =
                [
                    new()
                    {
                        Metadata = new() { Name = "pv" },
                        Spec = new()
                        {
                            NodeAffinity = new()
                            {
                                Required = new()
                                {
                                    NodeSelectorTerms =
                                    [
                                        new()
                                        {
                                            MatchExpressions =
                                            [
                                                new()
                                                {
                                                    Key = Zone,
                                                    Operator = "In",
                                                    Values = ["b"],
                                                },
                                            ],
                                        },
                                    ],
                                },
                            },
                        },
                    },
                ],
            }
        );

        Assert.Equal("b", Assert.Single(plan.Machines).Zone);
    }

    [Fact]
    public void Spread_pods_get_machines_in_all_zones()
    {
        ScalePlan plan = ScalePlanner.Plan(
            Input(
                    Fours(),
                    Several(6)
                        .Select(static pod =>
                            pod.With(static one =>
                                one.Spec.TopologySpreadConstraints = [
                                    new()
                                    {
                                        MaxSkew = 1,
                                        TopologyKey = Zone,
                                        WhenUnsatisfiable = "DoNotSchedule",
                                        LabelSelector = new() { MatchLabels = new() { ["app"] = "web" } },
                                    },
                                ]
                            )
                        )
                )
                .InZones("a", "b", "c")
        );

        Assert.Equal(["a 2", "b 2", "c 2"], plan.Machines.Select(static machine => $"{machine.Zone} {machine.Pods.Count}").Order());
    }

    [Fact]
    public void Pods_with_anti_affinity_by_host_get_one_machine_each()
    {
        ScalePlan plan = ScalePlanner.Plan(
            Input(
                Fours(),
                Several(3)
                    .Select(static pod =>
                        pod.With(static one =>
                            one.Spec.Affinity = new()
                            {
                                PodAntiAffinity = new()
                                {
                                    RequiredDuringSchedulingIgnoredDuringExecution =
                                    [
                                        new()
                                        {
                                            TopologyKey = Host,
                                            LabelSelector = new() { MatchLabels = new() { ["app"] = "web" } },
                                        },
                                    ],
                                },
                            }
                        )
                    )
            )
        );

        Assert.Equal([1, 1, 1], plan.Machines.Select(static machine => machine.Pods.Count));
    }

    [Fact]
    public void Pods_of_higher_priority_are_placed_first_under_a_limit()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Limits.MaxNodes = 1;

        ScalePlan plan = ScalePlanner.Plan(Input(pool, Waiting("a", "4"), Waiting("b", "4").With(static pod => pod.Spec.Priority = 10)));

        Assert.Equal(Reason.NewMachine, plan.Pod("b").Reason);
        Assert.Equal(Reason.NodeLimit, plan.Pod("a").Reason);
    }

    [Fact]
    public void Demand_that_lasts_for_the_window_creates_all_machines_together()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleUp = new() { StabilizationWindow = "2m" };
        ScaleInput input = Input(pool, Several(9));

        ScalePlan early = ScalePlanner.Plan(input);
        Assert.Empty(early.Machines);
        Assert.All(early.Pods, static pod => Assert.Equal((AutoscalerDecision.Wait, Reason.Stabilizing), (pod.Decision, pod.Reason)));
        Assert.Equal(Now.AddMinutes(1), early.NextChangeAt);
        Assert.Equal(
            (AutoscalerDecision.Wait, Reason.Stabilizing, Now.AddMinutes(-1)),
            (early.Pools[0].Decision, early.Pools[0].Reason, early.Pools[0].DemandSince)
        );
        // One that came later does not begin the window again.
        Pod late = Waiting("late").With(static pod => pod.Status.Conditions![0].LastTransitionTime = Now.AddSeconds(50));
        Assert.Equal(3, ScalePlanner.Plan(input with { Now = Now.AddMinutes(1), Pods = [.. input.Pods, late] }).Machines.Count);
    }

    [Fact]
    public void Demand_with_a_time_ahead_of_the_clock_counts_from_when_it_was_first_seen()
    {
        NodeSmithPool pool = Fours();
        ScaleInput input = Input(pool, Waiting("pod").With(static pod => pod.Status.Conditions![0].LastTransitionTime = Now.AddHours(2)));
        Assert.Single(ScalePlanner.Plan(input).Machines);

        pool.Spec.ScaleUp = new() { StabilizationWindow = "2m" };
        ScalePlan first = ScalePlanner.Plan(input);
        Assert.Empty(first.Machines);
        Assert.Equal(Now.AddMinutes(2), first.NextChangeAt);
        ScalePlan second = ScalePlanner.Plan(input with { Now = Now.AddMinutes(1), Memory = first.Memory });
        Assert.Empty(second.Machines);
        Assert.Single(ScalePlanner.Plan(input with { Now = Now.AddMinutes(2), Memory = second.Memory }).Machines);
    }

    [Fact]
    public void The_first_pool_that_fits_is_selected()
    {
        NodeSmithPool tainted = Pool("tainted", ("four", 4, 8192)),
            open = Pool("open", ("four", 4, 8192));
        tainted.Spec.MachineTemplate.Taints = [new() { Key = "gpu", Effect = "NoSchedule" }];

        ScalePlan plan = ScalePlanner.Plan(Input(tainted, Waiting("pod")) with { Pools = [tainted, open] });

        Assert.Equal("open", Assert.Single(plan.Machines).Pool);
        Assert.Equal("open/1", plan.Pod("pod").Target);
    }

    /// <summary>A server without CEL stores such a pool. Its windows may be unreadable, and no removal may depend on that.</summary>
    [Fact]
    public void A_pool_that_breaks_a_rule_creates_and_removes_nothing()
    {
        NodeSmithPool pool = Fours(),
            other = Pool("other", ("four", 4, 8192));
        pool.Spec.ScaleDown = new() { StabilizationWindow = "5 minutes" };
        pool.Spec.Limits.MinNodes = 3;
        ScaleInput input = Running(pool, 1, Waiting("big", "4")) with
        {
            Pods = [Sample.Kept(Waiting("big", "4").With(static pod => pod.Spec.NodeSelector = new() { ["disk"] = "fast" }))],
        };

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Empty(plan.Machines);
        Assert.Equal((AutoscalerDecision.Keep, Reason.PoolInvalid), (plan.Node("n1").Decision, plan.Node("n1").Reason));
        Assert.Equal((AutoscalerDecision.Wait, Reason.PoolInvalid), (plan.Pod("big").Decision, plan.Pod("big").Reason));
        Assert.Contains("spec.scaleDown.stabilizationWindow", plan.Pod("big").Message, StringComparison.Ordinal);
        Assert.Equal((AutoscalerDecision.Wait, Reason.PoolInvalid), (plan.Pools[0].Decision, plan.Pools[0].Reason));
        // Other pools are not affected.
        Assert.Equal("other", Assert.Single(ScalePlanner.Plan(Input(pool, Waiting("pod")) with { Pools = [pool, other] }).Machines).Pool);
    }

    [Fact]
    public void Without_a_pool_the_reason_reports_the_missing_pool()
    {
        Assert.Equal(Reason.NoPool, ScalePlanner.Plan(Input(Fours(), Waiting("pod")) with { Pools = [] }).Pod("pod").Reason);
    }
}
