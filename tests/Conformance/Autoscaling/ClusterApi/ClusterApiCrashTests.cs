using System.Globalization;
using System.Net;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Machines;

namespace NodeManager.Conformance.Autoscaling.ClusterApi;

/// <summary>A process that ends at any of its requests leaves a state from which the next one continues.</summary>
public sealed class ClusterApiCrashTests
{
    private static readonly string[] Claims = ["a", "b", "c"];

    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("NODEMANAGER_CLUSTER_API_KILLS"), CultureInfo.InvariantCulture, out int rounds)
            ? rounds
            : 60;

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task No_Machine_is_doubled_and_no_wrong_one_removed(string backend)
    {
        await using ClusterApiLab lab = await ClusterApiLab.StartAsync(backend, "MachineDeployment", replicas: 2);
        await CrashAsync(lab);
    }

    /// <summary>The same with Cluster API's own controllers of Machines, MachineSets and MachineDeployments, on a real API server.</summary>
    [SkippableTheory]
    [InlineData("MachineDeployment")]
    [InlineData("MachineSet")]
    public async Task No_Machine_is_doubled_and_no_wrong_one_removed_with_Cluster_API_itself(string kind)
    {
        OwnClusterApi.SkipIfMissing();
        using ControlPlane plane = await ControlPlane.StartAsync();
        await using ClusterApiLab lab = await ClusterApiLab.StartOwnAsync(plane, kind, replicas: 2);
        await CrashAsync(lab);
    }

    private static async Task CrashAsync(ClusterApiLab lab)
    {
        string[] others = [.. (await lab.MachinesAsync())[""].Order()];
        var random = new Random(11);
        HashSet<string> wanted = [];
        Dictionary<string, Machine> made = [];
        HashSet<string> removable = [];
        int killed = 0;
        for (int round = 0; killed < Rounds; round++)
        {
            Assert.True(round < Rounds * 4, $"{killed} of {round} rounds were killed.");
            string claim = Claims[random.Next(Claims.Length)];
            // A request that is lost before it arrives, or whose answer is lost.
            var fault = new OneFault { At = random.Next(1, 5), Arrives = random.Next(2) == 0 };
            using IMachineProvider dying = lab.Open(inner => fault.Over(inner));
            using IMachineProvider next = lab.Open();
            if (wanted.Add(claim))
            {
                await fault.RunAsync(() => dying.ProvisionAsync(ClusterApiLab.Request(claim), fault.Ended));
                MachineResult result = await next.ProvisionAsync(ClusterApiLab.Request(claim), default);
                Assert.True(result.Outcome == MachineOutcome.Succeeded, result.Reason);
                made[claim] = result.Machine!;
            }
            else
            {
                wanted.Remove(claim);
                Machine machine = made[claim];
                removable.Add(machine.Name);
                var identity = new MachineIdentity(machine.ProviderId, machine.Name, claim);
                await fault.RunAsync(() => dying.DeprovisionAsync(identity, fault.Ended));
                MachineResult result = await next.DeprovisionAsync(identity, default);
                Assert.True(result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound, result.Reason);
            }

            killed += fault.HasStruck ? 1 : 0;
            await lab.WaitSettledAsync();
            Assert.Equal(others.Length + wanted.Count, await lab.ReplicasAsync());
            ILookup<string, string> machines = await lab.MachinesAsync();
            Assert.Equal(others, machines[""].Order());
            Assert.All(wanted, one => Assert.Equal([made[one].Name], machines[one]));
            Assert.All(lab.Api.Chosen, one => Assert.Contains(one, removable));
        }
    }

    /// <summary>The process ends at one of its changing requests: it gets no further answer.</summary>
    private sealed class OneFault
    {
        private readonly CancellationTokenSource _ended = new();
        private int _seen;

        /// <summary>Of the process.</summary>
        public CancellationToken Ended => _ended.Token;

        public required int At { get; init; }

        public required bool Arrives { get; init; }

        public bool HasStruck { get; private set; }

        public async Task RunAsync(Func<Task> call)
        {
            try
            {
                await call();
            }
            catch (OperationCanceledException) when (HasStruck)
            {
                // Nobody gets its result.
            }
        }

        public HttpMessageHandler Over(HttpMessageHandler inner) => new Handler(this, inner);

        private sealed class Handler(OneFault fault, HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (fault.HasStruck)
                    return new(HttpStatusCode.BadRequest) { RequestMessage = request };
                if (request.Method == HttpMethod.Patch && Interlocked.Increment(ref fault._seen) == fault.At)
                {
                    fault.HasStruck = true;
                    if (fault.Arrives)
                        (await base.SendAsync(request, CancellationToken.None)).Dispose();
                    await fault._ended.CancelAsync();
                    throw new OperationCanceledException(fault.Ended);
                }

                return await base.SendAsync(request, cancellationToken);
            }
        }
    }
}
