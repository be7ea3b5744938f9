using System.Globalization;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

// Minimums and windows.
internal sealed partial class ScaleDownPlan
{
    private RemovalVerdict? Minimum(PoolState pool, int staying)
    {
        (int minimum, string why) = pool.Minimum;
        if (staying <= minimum)
            return RemovalVerdict.Keep(why, pool.MinimumText);
        if (Shares is null || Shares.Staying > Shares.Thresholds.Configuration.MinNodes)
            return null;
        return RemovalVerdict.Keep(
            AutoscalerReason.MinNodes,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Shares.Staying} nodes are left; minNodes of the configuration is {Shares.Thresholds.Configuration.MinNodes}."
            )
        );
    }

    // The windows and recent activity that delay a removal; null: none does.
    private RemovalVerdict? Delay(PoolState pool, DateTimeOffset since, bool isEmpty)
    {
        if (_up.ByThreshold?.Entry?.LastScaleUp + RecommendationHistory.Stabilization is { } calm && calm > _input.Now)
            return WaitUntil(
                calm,
                AutoscalerReason.RecentActivity,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"scaleUpThreshold was exceeded less than 10 minutes ago: removed at {calm.UtcDateTime:HH:mm:ss} UTC at the earliest."
                )
            );
        // A pool without a window removes empty nodes immediately; other pods are moved only after a while.
        TimeSpan window =
            Shares is not null && !isEmpty && pool.Pool.Spec.ScaleDown?.StabilizationWindow is null
                ? RecommendationHistory.Stabilization
                : pool.ScaleDownWindow;
        if (since + window is var unneeded && unneeded > _input.Now)
            return WaitUntil(
                unneeded,
                AutoscalerReason.Stabilizing,
                $"Removed when it has been unneeded for {WindowText(unneeded, window)}."
            );
        if (_up.Machines.Exists(machine => machine.Pool == pool.Name))
            return RemovalVerdict.Wait(AutoscalerReason.RecentActivity, "The pool is creating machines.");
        if (!_quietAt.TryGetValue(pool.Name, out DateTimeOffset quiet) || quiet <= _input.Now)
            return null;
        return WaitUntil(
            quiet,
            AutoscalerReason.RecentActivity,
            $"Removed when the pool has not scaled for {WindowText(quiet, pool.ScaleDownWindow)}."
        );
    }

    private RemovalVerdict WaitUntil(DateTimeOffset at, string reason, string message)
    {
        Changes.Add(at);
        return RemovalVerdict.Wait(reason, message, at);
    }

    private static string WindowText(DateTimeOffset at, TimeSpan window) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{HumanDuration.Format(window)} (scaleDown.stabilizationWindow): at {at.UtcDateTime:HH:mm:ss} UTC"
        );

    /// <summary>The removals of a pool that are decided so far.</summary>
    private sealed class Removals(DisruptionBudgets budgets, string mode)
    {
        public DisruptionBudgets Budgets => budgets;

        /// <summary>The pool's mode of consolidation.</summary>
        public string Mode => mode;

        /// <summary>The remaining nodes.</summary>
        public int Staying { get; set; }

        /// <summary>Those among them whose replacements are Ready.</summary>
        public int Replaced { get; set; }

        /// <summary>The removed nodes with pods.</summary>
        public int Consolidated { get; set; }

        /// <summary>The nodes that count towards the minimum of the pool.</summary>
        /// <param name="isReplaced">True for the removal of a node whose replacement is Ready.</param>
        public int Counted(bool isReplaced) => isReplaced ? Staying : Staying - Replaced;
    }
}
