namespace NodeManager.Autoscaling.Forecasts.Simulation;

/// <summary>A pod of a load.</summary>
/// <param name="Arrival">Since the start.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Lifetime">How long it runs in all; an eviction does not lose what it has done.</param>
public sealed record SimulatedPod(TimeSpan Arrival, decimal CpuCores, long Memory, TimeSpan Lifetime);

/// <summary>Generates a load from published distributions. The same arguments give the same load.</summary>
public static class SimulatedLoad
{
    // Karpenter's scheduling benchmark (scheduling_benchmark_test.go) draws requests from these sets.
    private static readonly int[] Millicores = [100, 250, 500, 1000, 1500];
    private static readonly int[] Mebibytes = [100, 256, 512, 1024, 2048, 4096];

    // Lifetimes of the 24,906 batch jobs of SDSC's Paragon in 1995: the share that ended within t seconds is -0.18 + 0.10 ln t
    // (A. Downey, Predicting queue times on space-sharing parallel computers, figure 1).
    private const double Intercept = -0.18,
        Slope = 0.10;

    // Made up: a deployment, a pipeline or a job array starts several pods together.
    private const double MeanGroup = 4;

    /// <summary>
    /// Groups of pods arrive at random (Poisson), at 15:00 five times as often as at 03:00, and half as often on the sixth and the
    /// seventh day of a week.
    /// </summary>
    /// <param name="podsPerHour">The mean of a week.</param>
    public static IReadOnlyList<SimulatedPod> Generate(TimeSpan duration, double podsPerHour, int seed)
    {
        Random random = new(seed);
        List<SimulatedPod> pods = [];
        // The rate of candidates is the highest one; the others are thinned out.
        double mean = (5 + (2 * 0.5)) / 7,
            highest = podsPerHour / MeanGroup / mean * (1 + Swing);
        for (double hour = 0; ; )
        {
            hour -= Math.Log(1 - random.NextDouble()) / highest;
            if (hour >= duration.TotalHours)
                return pods;
            if (random.NextDouble() > Share(hour))
                continue;
            (int cpu, int memory) = (Millicores[random.Next(Millicores.Length)], Mebibytes[random.Next(Mebibytes.Length)]);
            TimeSpan lifetime = TimeSpan.FromSeconds(Math.Exp((random.NextDouble() - Intercept) / Slope));
            do pods.Add(new(TimeSpan.FromHours(hour), cpu / 1000m, memory * 1048576L, lifetime));
            while (random.NextDouble() > 1 / MeanGroup);
        }
    }

    private const double Swing = 2.0 / 3;

    private static double Share(double hour) =>
        (1 + (Swing * Math.Sin((hour - 9) / 24 * 2 * Math.PI))) / (1 + Swing) * ((int)(hour / 24) % 7 < 5 ? 1 : 0.5);
}
