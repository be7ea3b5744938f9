using System.Diagnostics;
using System.Reflection;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>A real kubectl on a served cluster: tests/kubectl/commands.txt, line by line.</summary>
public sealed class KubectlTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    [SkippableFact]
    public async Task Every_command_ends_as_it_should()
    {
        Skip.If(OperatingSystem.IsWindows(), "The commands are bash's.");
        Skip.If(Find("bash") is null, "bash is not on the PATH.");
        Skip.If(Find("kubectl") is null, "kubectl is not on the PATH.");
        using SandboxCluster cluster = SandboxCluster.Start(new());
        using SandboxServer server = cluster.Serve(new());
        string script = typeof(KubectlTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static one => one.Key == "KubectlScript").Value!;
        var start = new ProcessStartInfo("bash", [script, "new"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = server.KubeconfigPath;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        string transcript = await output + await errors;
        Assert.DoesNotContain("[WRONG", transcript, StringComparison.Ordinal);
        Assert.True(process.ExitCode == 0, transcript);
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
