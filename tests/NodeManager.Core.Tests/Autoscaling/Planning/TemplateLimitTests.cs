using System.Text.Json;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>The API server sets limits as missing requests in pods, and not in templates.</summary>
public sealed class TemplateLimitTests
{
    private const string Gpu = "nvidia.com/gpu";

    [Theory]
    [InlineData(2, null, 2)]
    [InlineData(null, "4", 4)]
    public void Limits_in_the_template_of_a_buffer_count_as_requests(int? replicas, string? gpuLimit, int machines)
    {
        PodSpec template = Waiting("x").Spec;
        template.Containers[0].Resources = new() { Limits = new() { [Gpu] = Quantity.Parse("1") } };
        CapacityBuffer buffer = new()
        {
            Metadata = new() { Name = "spare", Namespace = "shop" },
            Spec = new()
            {
                ScalableRef = new()
                {
                    ApiGroup = "apps",
                    Kind = "Deployment",
                    Name = "web",
                },
                Replicas = replicas,
                Limits = gpuLimit is null ? null : new() { [Gpu] = JsonSerializer.SerializeToElement(gpuLimit) },
            },
        };
        NodeSmithPool pool = Fours();
        pool.Spec.MachineTemplate.Shapes![0].Resources = new() { [Gpu] = Quantity.Parse("1") };
        ScaleInput input = Input(pool) with
        {
            Nodes = [Node("without-gpu", pool: null)],
            Buffers = [buffer],
            BufferTargets = [new("Deployment", "shop", "web", 1, new() { Spec = template })],
        };

        Assert.Equal(machines, ScalePlanner.Plan(input).Machines.Count);
        // Templates are shared by caches.
        Assert.Null(template.Containers[0].Resources!.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Limits_in_the_template_of_a_DaemonSet_count_as_requests(bool ofPod)
    {
        DaemonSet agent = new()
        {
            Metadata = new()
            {
                Name = "agent",
                Namespace = "kube-system",
                Uid = "ds",
            },
            Spec = new() { Template = new() { Spec = Waiting("x").Spec } },
        };
        Dictionary<string, Quantity> limits = new() { ["cpu"] = Quantity.Parse("3"), ["memory"] = Quantity.Parse("2Gi") };
        agent.Spec.Template.Spec.Containers[0].Resources = new()
        {
            Requests = new() { ["cpu"] = Quantity.Parse("1") },
            Limits = ofPod ? null : limits,
        };
        agent.Spec.Template.Spec.Resources = ofPod ? new() { Limits = limits } : null;

        NodeScalePlanMachine machine = Assert.Single(
            ScalePlanner.Plan(Input(Pool(), Waiting("pod", "2", "2Gi")) with { DaemonSets = [agent] }).Machines
        );

        Assert.Equal((3L, 4096L), (machine.CpuCores, machine.Memory / 1048576));
    }
}
