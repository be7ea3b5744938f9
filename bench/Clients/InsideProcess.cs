using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Clients;

/// <summary>Runs a part of this program in a process of its own, cold: it measures itself and prints its sample as its last line.</summary>
internal static class InsideProcess
{
    public const string Argument = "--inside";

    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Task<Sample> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(arguments, new Dictionary<string, string>(), cancellationToken);

    /// <inheritdoc cref="RunAsync(IEnumerable{string}, CancellationToken)"/>
    /// <param name="arguments">Of the part.</param>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public static async Task<Sample> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Assembly.GetExecutingAssembly().Location, Argument, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        string text = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        string last = text.TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0 && JsonSerializer.Deserialize<Sample>(last) is { } sample
            ? sample
            : throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {text}")
            );
    }

    public static void Write(Sample sample) => Console.WriteLine(JsonSerializer.Serialize(sample));
}
