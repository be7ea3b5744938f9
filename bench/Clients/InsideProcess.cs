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
    public static async Task<Sample> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Assembly.GetExecutingAssembly().Location, Argument, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        string text = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        string last = text.TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0 && JsonSerializer.Deserialize<Sample>(last) is { } sample
            ? sample
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {text}"));
    }

    public static void Write(Sample sample) => Console.WriteLine(JsonSerializer.Serialize(sample));
}
