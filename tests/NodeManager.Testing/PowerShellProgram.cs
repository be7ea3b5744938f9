using System.Diagnostics;

namespace NodeManager.Testing;

/// <summary>The PowerShell of this machine, as tests start it.</summary>
public static class PowerShellProgram
{
    private const string WithoutOptimizing = "DOTNET_JITMinOpts";
    private const string Absent = "pwsh is not on the PATH.";

    /// <summary>Where it is; null where it is not on the PATH.</summary>
    public static string? Location { get; } = Find();

    /// <summary>Why tests with it are skipped; null where it is on the PATH.</summary>
    public static string? Missing => Location is null ? Absent : null;

    /// <summary>A start without a profile, colors and optimized scripts, whose streams are redirected.</summary>
    /// <exception cref="InvalidOperationException">pwsh is not on the PATH.</exception>
    public static ProcessStartInfo StartInfo(params IEnumerable<string> arguments)
    {
        string program = Location ?? throw new InvalidOperationException(Absent);
        ProcessStartInfo start = new(program, ["-NoProfile", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        // PowerShell compiles the scripts of Pester and of the tests in each process; optimizing them took half of its CPU.
        start.Environment[WithoutOptimizing] = "1";
        // What uses AVX is not compiled ahead of time in the runtime's libraries: not optimized, it took an eighth of the CPU.
        start.Environment["DOTNET_EnableAVX"] = "0";
        return start;
    }

    /// <summary>Lets a start optimize code again: for what runs clusters, and few scripts twice.</summary>
    public static void Optimize(ProcessStartInfo start) => start.Environment.Remove(WithoutOptimizing);

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Where(static folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
