using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using NodeManager.Bench.Clients;
using Perfolizer.Horology;

namespace NodeManager.Bench.Micro;

/// <summary>The benchmarks of single functions: <c>--micro [FILTER]</c>.</summary>
internal static class MicroBenchmarks
{
    public const string Argument = "--micro",
        Work = "micro";

    private const string Output = "--output";

    /// <summary>All of them, in a process of their own.</summary>
    /// <param name="folder">Where their table goes.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>Their table, as Markdown; where they failed, why.</returns>
    public static async Task<(string? Table, string? Failure)> TryRunAsync(string folder, CancellationToken cancellationToken)
    {
        string artifacts = Path.Combine(folder, Work);
        try
        {
            await ChildProcess.RunAsync(
                "dotnet",
                ["exec", Assembly.GetExecutingAssembly().Location, Argument, Output, artifacts],
                null,
                cancellationToken
            );
            string report = Directory.EnumerateFiles(artifacts, "*.md", SearchOption.AllDirectories).Single();
            return (await File.ReadAllTextAsync(report, CancellationToken.None), null);
        }
        catch (Exception exception)
        {
            return (null, $"{Work}: {(cancellationToken.IsCancellationRequested ? "the run was interrupted." : exception.Message)}");
        }
        finally
        {
            if (Directory.Exists(artifacts))
                Directory.Delete(artifacts, recursive: true);
        }
    }

    /// <param name="arguments">The folder for its artifacts after <c>--output</c>, then filters as BenchmarkDotNet takes them; all without.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        (string folder, string[] filter) = arguments is [Output, string given, .. string[] rest]
            ? (given, rest)
            : (Path.Combine(Path.GetTempPath(), "nodemanager-bench-micro"), arguments);
        // A few seconds each: ten short iterations say more than three long ones.
        Job job = Job
            .Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(10)
            .WithIterationTime(TimeInterval.FromMilliseconds(200));
        IConfig config = ManualConfig
            .CreateEmpty()
            .AddJob(job)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile)
            .WithArtifactsPath(folder);
        Summary[] summaries =
        [
            .. BenchmarkSwitcher
                .FromAssembly(typeof(MicroBenchmarks).Assembly)
                .Run(["--filter", .. filter.Length == 0 ? ["*"] : filter], config),
        ];
        return
            summaries.Length > 0
            && summaries.All(static one => !one.HasCriticalValidationErrors && one.Reports.All(static report => report.Success))
            ? 0
            : 1;
    }
}
