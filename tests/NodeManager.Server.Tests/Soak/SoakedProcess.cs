using System.Globalization;
using NodeManager.Server.Tests.Serving;

namespace NodeManager.Server.Tests.Soak;

/// <summary>The program in a process of its own, which reports its memory.</summary>
internal sealed class SoakedProcess : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly string _memory;

    private SoakedProcess(ServerProcess process, string memory) => (_process, _memory) = (process, memory);

    /// <param name="memory">The file of its reports.</param>
    /// <param name="interval">Between two reports.</param>
    /// <param name="arguments">Of the program.</param>
    public static SoakedProcess Start(string memory, TimeSpan interval, params string[] arguments) =>
        new(
            ServerProcess.Start(
                new Dictionary<string, string>
                {
                    ["DOTNET_STARTUP_HOOKS"] = typeof(SoakedProcess).Assembly.Location,
                    [StartupHook.FileVariable] = memory,
                    [StartupHook.IntervalVariable] = interval.TotalSeconds.ToString(CultureInfo.InvariantCulture),
                },
                arguments
            ),
            memory
        );

    /// <inheritdoc cref="ServerProcess.ReadAsync"/>
    public Task<string[]> ReadAsync(params string[] texts) => _process.ReadAsync(texts);

    /// <summary>Managed memory after each full collection until now, and the working set, in MB.</summary>
    public IReadOnlyList<(int Managed, int WorkingSet)> Memory() =>
        !File.Exists(_memory)
            ? []
            :
            [
                .. File.ReadLines(_memory)
                    .Select(static line => line.Split(' '))
                    .Select(static parts => (Megabytes(parts[1]), Megabytes(parts[2]))),
            ];

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static int Megabytes(string bytes) => (int)(long.Parse(bytes, CultureInfo.InvariantCulture) >> 20);
}
