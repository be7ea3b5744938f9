using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NodeManager.Providers.ServerProcesses;

/// <summary>Finds the server's program and a runtime for it. PowerShell's own runtime has no ASP.NET Core.</summary>
/// <param name="DotnetPath">The <c>dotnet</c> of an installation with the ASP.NET Core runtime.</param>
public sealed record ServerProgram(string DotnetPath, string ProgramPath)
{
    private const string Assembly = "NodeManager.Server.dll";
    private const int Major = 10;

    public const string DownloadAddress = "https://dotnet.microsoft.com/download/dotnet/10.0";

    private static readonly string[] Configurations = ["Release", "Debug"];

    private static readonly string Executable = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>The server of a module with a runtime of this machine.</summary>
    public static ServerProgram Find(string moduleFolder) =>
        new(FindDotnet(Roots(Environment.GetEnvironmentVariable)), FindProgram(moduleFolder));

    /// <summary>The packed server in <c>bin/server</c>; in a clone of the repository, the last build.</summary>
    internal static string FindProgram(string moduleFolder)
    {
        string packed = Path.Combine(moduleFolder, "bin", "server", Assembly);
        if (File.Exists(packed))
            return packed;
        string project = Path.Combine(moduleFolder, "src", "NodeManager.Server");
        string? built = Configurations
            .Select(configuration => Path.Combine(project, "bin", configuration, $"net{Major}.0", Assembly))
            .Where(File.Exists)
            .MaxBy(File.GetLastWriteTimeUtc);
        return built
            ?? throw new NodeManagerException(
                ErrorIds.ServerProgramNotFound,
                ErrorKind.ObjectNotFound,
                $"The server was not found: '{packed}' does not exist.",
                packed,
                Directory.Exists(project)
                    ? $"Build it with: dotnet build {project}"
                    : "Install the module again; its package contains the server in bin/server."
            );
    }

    /// <summary>The first installation with the runtime.</summary>
    internal static string FindDotnet(IEnumerable<string> roots)
    {
        string[] searched = [.. roots.Distinct(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)];
        return searched.FirstOrDefault(HasRuntime) is { } root
            ? Path.Combine(root, Executable)
            : throw new NodeManagerException(
                ErrorIds.AspNetCoreNotFound,
                ErrorKind.ResourceUnavailable,
                $"The server needs the ASP.NET Core runtime {Major}.0, and no .NET installation of this machine has it (searched: {string.Join(", ", searched)}).",
                DownloadAddress,
                $"Install the ASP.NET Core runtime {Major}.0 from {DownloadAddress} ({Command()}). If it is installed elsewhere, set DOTNET_ROOT to its folder."
            );
    }

    /// <summary>Possible locations of .NET, the likeliest first.</summary>
    internal static IEnumerable<string> Roots(Func<string, string?> variable)
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString();
        foreach (string name in new[] { $"DOTNET_ROOT_{architecture.ToUpperInvariant()}", "DOTNET_ROOT" })
            if (variable(name) is { Length: > 0 } root)
                yield return Path.TrimEndingDirectorySeparator(root);
        foreach (
            string folder in (variable("PATH") ?? "").Split(
                Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            )
        )
        {
            string candidate = Path.Combine(folder, Executable);
            // A relative folder would find another user's program in the current folder.
            if (Path.IsPathFullyQualified(folder) && File.Exists(candidate))
                yield return Path.GetDirectoryName(Target(candidate))!;
        }

        // If PowerShell is a .NET tool, its runtime is part of an SDK: root/shared/Microsoft.NETCore.App/10.0.0.
        if (
            Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory())) is { } framework
            && Path.GetFileName(framework) == "Microsoft.NETCore.App"
            && Path.GetDirectoryName(Path.GetDirectoryName(framework)) is { } own
        )
            yield return own;
        if (OperatingSystem.IsWindows())
        {
            if (variable("ProgramFiles") is { Length: > 0 } programs)
                yield return Path.Combine(programs, "dotnet");
            if (variable("LOCALAPPDATA") is { Length: > 0 } local)
                yield return Path.Combine(local, "Microsoft", "dotnet");
            yield break;
        }

        foreach (string file in new[] { $"/etc/dotnet/install_location_{architecture.ToLowerInvariant()}", "/etc/dotnet/install_location" })
            if (FirstLine(file) is { Length: > 0 } root)
                yield return Path.TrimEndingDirectorySeparator(root);
        foreach (
            string root in (string[])
                [
                    "/usr/local/share/dotnet",
                    "/usr/share/dotnet",
                    "/usr/lib/dotnet",
                    "/usr/lib64/dotnet",
                    "/opt/homebrew/opt/dotnet/libexec",
                    "/snap/dotnet/current",
                ]
        )
            yield return root;
        if (variable("HOME") is { Length: > 0 } home)
            yield return Path.Combine(home, ".dotnet");
    }

    /// <summary>With redirected standard streams.</summary>
    /// <param name="arguments">Without secrets, because others can read arguments.</param>
    public ProcessStartInfo Start(IEnumerable<string> arguments)
    {
        var utf8 = new System.Text.UTF8Encoding(false);
        return new(DotnetPath, [ProgramPath, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
            CreateNoWindow = true,
            UseShellExecute = false,
            // The current folder could not be deleted while the server runs.
            WorkingDirectory = Path.GetDirectoryName(ProgramPath)!,
        };
    }

    private static bool HasRuntime(string root)
    {
        string folder = Path.Combine(root, "shared", "Microsoft.AspNetCore.App");
        try
        {
            return File.Exists(Path.Combine(root, Executable))
                && Directory.Exists(folder)
                && Directory
                    .EnumerateDirectories(folder)
                    .Any(static version =>
                        int.TryParse(
                            Path.GetFileName(version).Split('.')[0],
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out int major
                        )
                        && major == Major
                    );
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    private static string? FirstLine(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadLines(file).FirstOrDefault()?.Trim() : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Command() =>
        OperatingSystem.IsWindows() ? $"or: winget install Microsoft.DotNet.AspNetCore.{Major}"
        : OperatingSystem.IsMacOS() ? "or: brew install dotnet"
        : $"or, where your distribution has it: aspnetcore-runtime-{Major}.0";
}
