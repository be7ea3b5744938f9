using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

public sealed partial class ScaleUpTests
{
    [Theory]
    [InlineData("ReadWriteOncePod", 0)]
    [InlineData("ReadWriteMany", 1)]
    public void A_pod_whose_ReadWriteOncePod_claim_is_in_use_gets_no_machine(string mode, int machines)
    {
        static void Mount(Pod pod) =>
            pod.Spec.Volumes = [
                new()
                {
                    Name = "data",
                    PersistentVolumeClaim = new() { ClaimName = "data" },
                },
            ];

        ScalePlan plan = ScalePlanner.Plan(
            Running(Fours(), 1, Waiting("second").With(Mount), Waiting("first", "4").With(Mount).On("n1")) with
            {
                VolumeClaims =
                [
                    new()
                    {
                        Metadata = new() { Name = "data", Namespace = "shop" },
                        Spec = new() { VolumeName = "pv", AccessModes = [mode] },
                    },
                ],
                Volumes = [new() { Metadata = new() { Name = "pv" } }],
            }
        );

        Assert.Equal(machines, plan.Machines.Count);
        Assert.Equal(machines == 0 ? Reason.VolumeClaim : Reason.NewMachine, plan.Pod("second").Reason);
    }
}
