using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace NodeManager.Bench.Micro;

/// <summary>The benchmarks of single functions: <c>--micro [FILTER]</c>.</summary>
internal static class MicroBenchmarks
{
    public const string Argument = "--micro";

    /// <param name="filter">As BenchmarkDotNet takes it; all without.</param>
    /// <param name="folder">Where its artifacts go.</param>
    public static void Run(string[] filter, string folder)
    {
        IConfig config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine(folder, "micro"));
        BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(["--filter", .. filter.Length == 0 ? ["*"] : filter], config);
    }
}
