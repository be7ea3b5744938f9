using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling.Histories;

/// <summary>
/// Histories of the controllers over Proxmox: ids that come again, machines renamed, copied, replaced and taken by people, two autoscalers that
/// act at the same time, processes that end anywhere, caches that lag, requests and answers that are lost. No foreign machine is destroyed,
/// none of ours is left behind, no claim has two. NODEMANAGER_CLAIM_HISTORIES sets how many, NODEMANAGER_CLAIM_HISTORY the seed.
/// </summary>
public sealed class ClaimHistoryTests
{
    private const int Few = 24;
    private static readonly int Histories = ProofSize.Read("NODEMANAGER_CLAIM_HISTORIES", Few);

    [Fact]
    public async Task Random_histories_take_over_leak_and_duplicate_no_machine()
    {
        ulong seed = (ulong)ProofSize.Read("NODEMANAGER_CLAIM_HISTORY", 20261121);
        // They wait for each other's clusters more than they compute.
        int workers = Histories > Few ? 16 : 2;
        // Where each has the same seed, each is the same history.
        await Parallel.ForAsync(
            0,
            workers,
            new ParallelOptions { MaxDegreeOfParallelism = workers },
            (worker, _) =>
            {
                Config config = Config
                    .QuickThrowOnFailure.WithMaxTest((Histories + workers - 1) / workers)
                    .WithStartSize(10)
                    .WithEndSize(24)
                    .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed + (ulong)worker, 7), FSharpOption<int>.None)));
                Check.One(config, new ClaimMachine().ToProperty());
                return ValueTask.CompletedTask;
            }
        );
    }

    private sealed class ClaimMachine : Machine<ClaimHistory, int>
    {
        public override Arbitrary<Setup<ClaimHistory, int>> Setup =>
            Gen.Choose(0, int.MaxValue).Select(static seed => (Setup<ClaimHistory, int>)new Start(seed)).ToArbitrary();

        public override TearDown<ClaimHistory> TearDown => new End();

        public override Gen<Operation<ClaimHistory, int>> Next(int model)
        {
            Gen<int> claims = Gen.Choose(0, ClaimHistory.Claims - 1),
                who = Gen.Choose(0, 1);
            Gen<Operation<ClaimHistory, int>> create = claims.Select(static claim =>
                Step.Of($"create {claim}", history => history.CreateClaimAsync(claim))
            );
            Gen<Operation<ClaimHistory, int>> delete = claims.Select(static claim =>
                Step.Of($"delete {claim}", history => history.DeleteClaimAsync(claim))
            );
            Gen<Operation<ClaimHistory, int>> register = claims.Select(static claim =>
                Step.Of($"register {claim}", history => history.RegisterAsync(claim))
            );
            Gen<Operation<ClaimHistory, int>> reconcile =
                from claim in claims
                from one in Gen.Choose(0, 2)
                select Step.Of($"reconcile {claim} by {one}", history => history.ReconcileAsync(claim, one));
            Gen<Operation<ClaimHistory, int>> collect = who.Select(static one =>
                Step.Of($"collect by {one}", history => history.CollectAsync(one))
            );
            Gen<Operation<ClaimHistory, int>> kill =
                from one in who
                from requests in Gen.Choose(0, 25)
                select Step.Of($"kill {one} after {requests}", history => history.KillAfter(one, requests));
            Gen<Operation<ClaimHistory, int>> stale =
                from one in who
                from isStale in Gen.Elements(true, false)
                select Step.Of($"stale {one} {isStale}", history => history.SetStale(one, isStale));
            Gen<Operation<ClaimHistory, int>> administer =
                from what in Gen.Choose(0, 5)
                from which in Gen.Choose(0, 20)
                select Step.Of($"administer {what} {which}", history => history.Administer(what, which));
            return Gen.Frequency(
                (4, create),
                (2, delete),
                (1, register),
                (9, reconcile),
                (2, collect),
                (2, kill),
                (2, stale),
                (2, administer)
            );
        }
    }

    private sealed class Start(int seed) : Setup<ClaimHistory, int>
    {
        public override ClaimHistory Actual() => Task.Run(() => ClaimHistory.StartAsync(seed)).GetAwaiter().GetResult();

        public override int Model() => 0;

        public override string ToString() => $"seed {seed}";
    }

    private sealed class End : TearDown<ClaimHistory>
    {
        public override void Actual(ClaimHistory history) =>
            Task.Run(async () =>
                {
                    await history.FinishAsync();
                    Assert.True(history.Violations.Count == 0, $"{string.Join('\n', history.Violations)}\n{history.Log}");
                    await history.DisposeAsync();
                })
                .GetAwaiter()
                .GetResult();
    }

    private sealed class Step(string name, Func<ClaimHistory, Task> act) : Operation<ClaimHistory, int>
    {
        public static Operation<ClaimHistory, int> Of(string name, Func<ClaimHistory, Task> act) => new Step(name, act);

        public static Operation<ClaimHistory, int> Of(string name, Action<ClaimHistory> act) =>
            new Step(
                name,
                history =>
                {
                    act(history);
                    return Task.CompletedTask;
                }
            );

        public override int Run(int model) => model + 1;

        public override Property Check(ClaimHistory history, int model)
        {
            Task.Run(() => act(history)).GetAwaiter().GetResult();
            return history.Violations.Count == 0
                ? true.ToProperty()
                : false.Label($"{string.Join("; ", history.Violations)}\n{history.Log}");
        }

        public override string ToString() => name;
    }
}
