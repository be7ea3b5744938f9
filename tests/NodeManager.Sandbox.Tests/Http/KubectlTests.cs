using System.Diagnostics;
using System.Reflection;
using NodeManager.Kubernetes.Files;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>A real kubectl on a served cluster: tests/kubectl/commands, line by line; and that its transcripts tell what changed.</summary>
[Takes(90)]
public sealed class KubectlTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(14);

    // What it makes it takes away, so that it can be run again.
    private const string Commands = """
        kubectl create configmap settings --from-literal=a=1
        kubectl get configmap settings | ages
        kubectl get nodes "$NODE" --no-headers | awk '{print $2}'
        fails: kubectl create configmap settings --from-literal=a=1
        kubectl get configmap settings -o jsonpath='{.data} {.metadata.uid}'
        kubectl delete configmap settings
        """;

    private static string Folder =>
        Path.GetDirectoryName(
            typeof(KubectlTests)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .First(static one => one.Key == "KubectlScript")
                .Value!
        )!;

    [SkippableFact]
    public async Task Every_kubectl_command_has_the_expected_result()
    {
        SkipWithoutKubectl();
        string[] files = [.. Directory.GetFiles(Path.Combine(Folder, "commands")).Order(StringComparer.Ordinal)];

        // The first file leaves nothing behind; the others are one story.
        await Task.WhenAll(RunAllAsync(files[..1]), RunAllAsync(files[1..]));

        static async Task RunAllAsync(string[] files)
        {
            using SandboxCluster cluster = SandboxCluster.Start(new());
            using SandboxServer server = cluster.Serve(new());

            (int code, string transcript) = await RunAsync("run.sh", ["new", .. files], server.KubeconfigPath);

            string[] lines = transcript.Split('\n');
            // Assert.Empty would shorten what the commands printed.
            string[] wrong =
            [
                .. lines
                    .Index()
                    .Where(static line => line.Item.Contains("[WRONG", StringComparison.Ordinal))
                    .Select(line => string.Join('\n', lines[Math.Max(0, line.Index - 3)..Math.Min(lines.Length, line.Index + 6)])),
            ];
            Assert.True(wrong.Length == 0, string.Join("\n\n", wrong));
            Assert.True(code == 0, transcript);
        }
    }

    [SkippableFact]
    public async Task The_comparison_reports_changed_words_columns_and_exit_codes_only()
    {
        SkipWithoutKubectl();
        using var folder = new TemporaryFolder();
        string commands = folder.Write("commands.txt", Commands + "\n"),
            changed = folder.Write(
                "changed-kubectl",
                $$"""
                #!/bin/bash
                output=$("{{CommandPath.Find("kubectl")}}" "$@")
                code=$?
                printf '%s' "$output" | sed -E -e 's/ created/ made/' -e 's/^(settings +)1/\12/'
                [ "$1" != delete ] || code=3
                exit $code
                """
            );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(changed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Two clusters that differ in all that is made by chance, and one of them once more through a kubectl that changes what it is told.
        var transcripts = new List<string>();
        transcripts.Add(await TranscribeAsync(1, "kubectl"));
        transcripts.Add(await TranscribeAsync(2, "kubectl"));
        transcripts.Add(await TranscribeAsync(2, changed));

        Assert.Equal((0, "6 commands alike, 0 differ as known, 0 unexplained"), await CompareAsync(transcripts[0], transcripts[1]));
        (int code, string told) = await RunAsync("compare.sh", [transcripts[0], transcripts[2]]);
        Assert.Equal((1, "3 commands alike, 0 differ as known, 3 unexplained"), (code, told.TrimEnd().Split('\n')[^1]));
        Assert.Equal(
            [
                "kubectl create configmap settings --from-literal=a=1",
                "kubectl get configmap settings | ages",
                "kubectl delete configmap settings",
            ],
            told.Split('\n')
                .Where(static line => line.StartsWith("UNEXPLAINED $ ", StringComparison.Ordinal))
                .Select(static line => line["UNEXPLAINED $ ".Length..])
        );

        async Task<string> TranscribeAsync(int seed, string kubectl)
        {
            using SandboxCluster cluster = SandboxCluster.Start(new() { Seed = seed });
            using SandboxServer server = cluster.Serve(new());
            (int ended, string transcript) = await RunAsync("run.sh", ["new", commands], server.KubeconfigPath, kubectl);
            Assert.True(ended == (kubectl == changed ? 1 : 0), transcript);
            return folder.Write($"transcript-{transcripts.Count}.txt", transcript);
        }

        static async Task<(int Code, string Sum)> CompareAsync(string one, string other)
        {
            (int ended, string said) = await RunAsync("compare.sh", [one, other]);
            return (ended, said.TrimEnd().Split('\n')[^1]);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string script,
        string[] arguments,
        string kubeconfig = "",
        string kubectl = "kubectl"
    )
    {
        ProcessStartInfo start = new("bash", [Path.Combine(Folder, script), .. arguments]);
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["KUBECTL"] = kubectl;
        ProcessRun run = await ProcessRun.RunAsync(start, Limit);
        return (run.ExitCode, run.Output + run.Errors);
    }

    private static void SkipWithoutKubectl()
    {
        Skip.If(OperatingSystem.IsWindows(), "The commands are bash's.");
        Skip.If(CommandPath.Find("bash") is null, "bash is not on the PATH.");
        Skip.If(CommandPath.Find("kubectl") is null, "kubectl is not on the PATH.");
    }
}
