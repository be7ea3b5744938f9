using System.Text.Json.Nodes;
using NodeManager.Core.Configuration;
using NodeManager.Core.Nodes.Commands;

namespace NodeManager.Core.Tests.NodeCommands;

public sealed class NodeCommandPodTests
{
    private static readonly string Digest = "@sha256:" + new string('a', 64);

    [Fact]
    public void The_pod_is_root_on_its_node_once_and_without_a_token()
    {
        JsonObject pod = Describe("uptime");
        JsonNode spec = pod["spec"]!,
            container = spec["containers"]![0]!;

        Assert.Equal("worker-1", (string?)spec["nodeName"]);
        Assert.Equal("Never", (string?)spec["restartPolicy"]);
        Assert.Equal(90, (long)spec["activeDeadlineSeconds"]!);
        Assert.False((bool)spec["automountServiceAccountToken"]!);
        Assert.Equal("""[{"operator":"Exists"}]""", spec["tolerations"]!.ToJsonString());
        Assert.All(["hostPID", "hostNetwork", "hostIPC"], field => Assert.True((bool)spec[field]!));
        Assert.Equal((true, 0), ((bool)container["securityContext"]!["privileged"]!, (int)container["securityContext"]!["runAsUser"]!));
        Assert.Equal("image" + Digest, (string?)container["image"]);
        Assert.Equal(
            ["nsenter", "-t", "1", "-m", "--", "/bin/sh", "-c", "uptime"],
            container["command"]!.AsArray().Concat(container["args"]!.AsArray()).Select(static word => (string)word!)
        );
        Assert.Equal("Node worker-1 uid-1", Owner(pod));
        Assert.Equal("anna@desk", (string?)pod["metadata"]!["annotations"]!["nodemanager.io/requested-by"]);
    }

    // Kubernetes replaces $(NAME) in arguments by the container's variables, and $$ by $.
    [Theory]
    [InlineData("echo $HOME", "echo $$HOME")]
    [InlineData("echo $(HOME)", "echo $$(HOME)")]
    [InlineData("echo $$", "echo $$$$")]
    public void No_text_of_a_command_is_replaced_by_Kubernetes(string command, string argument) =>
        Assert.Equal(argument, (string?)Describe(command)["spec"]!["containers"]![0]!["args"]![0]);

    [Fact]
    public void The_name_follows_from_run_node_and_command()
    {
        string name = NodeCommandPod.NameOf("run", "uid-1", "uptime");

        Assert.Equal(name, NodeCommandPod.NameOf("run", "uid-1", "uptime"));
        Assert.Equal(
            4,
            new HashSet<string>
            {
                name,
                NodeCommandPod.NameOf("run-2", "uid-1", "uptime"),
                NodeCommandPod.NameOf("run", "uid-2", "uptime"),
                NodeCommandPod.NameOf("run", "uid-1", "uptime "),
            }.Count
        );
        Assert.Matches("^node-command-[0-9a-f]{24}$", name);
    }

    [Theory]
    [InlineData("a\r\nb\r\n", "a\nb")]
    [InlineData("  ls  ", "ls")]
    public void A_command_has_the_line_breaks_of_a_shell(string given, string command) =>
        Assert.Equal(command, NodeCommandRequest.CheckCommand(given));

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("a\0b")]
    public void A_command_that_no_shell_can_take_is_refused(string command) => Refuses(() => NodeCommandRequest.CheckCommand(command));

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("../a")]
    public void An_id_is_a_label_value(string id) => Refuses(() => NodeCommandRequest.CheckRunId(id));

    [Fact]
    public void Long_commands_and_odd_timeouts_are_refused()
    {
        Refuses(static () => NodeCommandRequest.CheckCommand(new string('a', 8193)));
        Refuses(static () => NodeCommandRequest.CheckTimeout(TimeSpan.Zero));
        Refuses(static () => NodeCommandRequest.CheckTimeout(TimeSpan.FromDays(8)));
        NodeCommandRequest.CheckTimeout(NodeCommandRequest.DefaultTimeout);
        NodeCommandRequest.CheckRunId("patch-2026.11");
    }

    [Theory]
    [InlineData("registry.example.com:5000/tools/shell", true)]
    [InlineData("shell", true)]
    [InlineData("shell:1.2", true)]
    [InlineData("", false)]
    [InlineData("-shell", false)]
    [InlineData("a b", false)]
    public void An_image_is_named_by_its_digest(string name, bool isValid)
    {
        Assert.Equal(isValid, ValueRule.ImageDigest.Convert(name + Digest, out _));
        Assert.False(ValueRule.ImageDigest.Convert(name + ":1", out _));
        Assert.False(ValueRule.ImageDigest.Convert(name + Digest + "\n", out _));
    }

    private static void Refuses(Action check) =>
        Assert.Equal(ErrorIds.NodeCommandInvalid, Assert.Throws<NodeManagerException>(check).ErrorId);

    private static string Owner(JsonObject pod)
    {
        JsonNode owner = Assert.Single(pod["metadata"]!["ownerReferences"]!.AsArray())!;
        return $"{owner["kind"]} {owner["name"]} {owner["uid"]}";
    }

    private static JsonObject Describe(string command) =>
        NodeCommandPod.Describe(
            new()
            {
                Node = "worker-1",
                Command = command,
                RunId = "run",
                Timeout = TimeSpan.FromSeconds(89.5),
            },
            new()
            {
                Metadata = new() { Name = "worker-1", Uid = "uid-1" },
            },
            "image" + Digest,
            "anna@desk"
        );
}
