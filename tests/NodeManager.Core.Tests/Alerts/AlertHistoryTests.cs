using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Alerts;

/// <summary>Scripted histories of faults: none is missed, none is told twice, each is resolved.</summary>
public sealed class AlertHistoryTests
{
    private static readonly string[] Causes = [NodeFindingCause.NotReady, NodeFindingCause.Unreachable, NodeFindingCause.DiskPressure];

    [Fact]
    public void Random_fault_histories_raise_and_resolve_each_alert_once_and_in_time()
    {
        // NODEMANAGER_ALERT_HISTORIES: 10,000 for the long run.
        int histories = ProofSize.Read("NODEMANAGER_ALERT_HISTORIES", 300);
        Config config = Config
            .QuickThrowOnFailure.WithMaxTest(histories)
            .WithStartSize(20)
            .WithEndSize(60)
            .WithReplay(
                histories > 300
                    ? FSharpOption<Replay>.None
                    : FSharpOption<Replay>.Some(new Replay(new Rnd(20261121, 7), FSharpOption<int>.None))
            );
        Check.One(config, new FaultMachine().ToProperty());
    }

    private sealed class FaultMachine : Machine<AlertDriver, int>
    {
        public override Arbitrary<Setup<AlertDriver, int>> Setup => Gen.Constant<Setup<AlertDriver, int>>(new Start()).ToArbitrary();

        public override TearDown<AlertDriver> TearDown => new End();

        // Where faults come and go within the debounce, after it, and together.
        public override Gen<Operation<AlertDriver, int>> Next(int model)
        {
            Gen<int> nodes = Gen.Choose(0, 8);
            Gen<string> causes = Gen.Elements(Causes);
            Gen<int> times = Gen.Frequency(
                (4, Gen.Choose(0, 3_000)),
                (4, Gen.Choose(3_000, 14_000)),
                (4, Gen.Choose(14_000, 40_000)),
                (1, Gen.Choose(40_000, 1_200_000))
            );
            Gen<Operation<AlertDriver, int>> one =
                from node in nodes
                from cause in causes
                from time in times
                select (Operation<AlertDriver, int>)new Toggle(node, cause, time);
            Gen<Operation<AlertDriver, int>> zone =
                from first in Gen.Choose(0, 2)
                from cause in causes
                from isThere in Gen.Elements(true, false)
                from gap in Gen.Choose(0, 6_000)
                from time in times
                select (Operation<AlertDriver, int>)new Outage(first, cause, isThere, gap, time);
            Gen<Operation<AlertDriver, int>> link =
                from isCut in Gen.Elements(true, false)
                from time in times
                select (Operation<AlertDriver, int>)new Link(isCut, time);
            Gen<Operation<AlertDriver, int>> kill = times.Select(static time => (Operation<AlertDriver, int>)new Kill(time));
            return Gen.Frequency((8, one), (3, zone), (2, link), (1, kill));
        }
    }

    private sealed class Start : Setup<AlertDriver, int>
    {
        public override AlertDriver Actual() => new();

        public override int Model() => 0;
    }

    private sealed class End : TearDown<AlertDriver>
    {
        public override void Actual(AlertDriver driver)
        {
            driver.Finish();
            Assert.Empty(driver.Violations);
        }
    }

    private abstract class Step : Operation<AlertDriver, int>
    {
        public override int Run(int model) => model + 1;

        public override Property Check(AlertDriver driver, int model)
        {
            Act(driver);
            return driver.Violations.Count == 0 ? true.ToProperty() : false.Label(string.Join("; ", driver.Violations));
        }

        protected abstract void Act(AlertDriver driver);
    }

    private sealed class Toggle(int node, string cause, int time) : Step
    {
        protected override void Act(AlertDriver driver)
        {
            driver.Set(node, cause, !driver.IsFaulty(node, cause));
            driver.Pass(TimeSpan.FromMilliseconds(time));
        }

        public override string ToString() => $"toggle {cause} on {AlertDriver.Name(node)}, {time} ms";
    }

    private sealed class Outage(int first, string cause, bool isThere, int gap, int time) : Step
    {
        protected override void Act(AlertDriver driver)
        {
            for (int node = first; node < 9; node += 3)
            {
                driver.Set(node, cause, isThere);
                driver.Pass(TimeSpan.FromMilliseconds(gap));
            }

            driver.Pass(TimeSpan.FromMilliseconds(time));
        }

        public override string ToString() =>
            $"{(isThere ? "begin" : "end")} {cause} in {AlertDriver.Zone(first)} every {gap} ms, {time} ms";
    }

    private sealed class Link(bool isCut, int time) : Step
    {
        protected override void Act(AlertDriver driver)
        {
            if (isCut)
                driver.Cut();
            else
                driver.Mend();
            driver.Pass(TimeSpan.FromMilliseconds(time));
        }

        public override string ToString() => $"{(isCut ? "cut" : "mend")}, {time} ms";
    }

    private sealed class Kill(int time) : Step
    {
        protected override void Act(AlertDriver driver)
        {
            driver.Restart();
            driver.Pass(TimeSpan.FromMilliseconds(time));
        }

        public override string ToString() => $"kill and restart, {time} ms";
    }
}
