using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Authentication;

/// <summary>A credential plugin that is a real script: notes that it ran and what it was told, and prints what stands in a file.</summary>
internal sealed class PluginScript
{
    private readonly TemporaryFolder _folder;
    private readonly string _script;

    public PluginScript(TemporaryFolder folder)
    {
        _folder = folder;
        _script = OperatingSystem.IsWindows()
            ? folder.Write(
                "plugin.cmd",
                """
                @echo off
                echo %SETTING% %*>>"%~dp0runs"
                echo %KUBERNETES_EXEC_INFO%>"%~dp0told"
                if exist "%~dp0fail" ( echo please log in 1>&2 & exit /b 3 )
                if exist "%~dp0say" type "%~dp0say" 1>&2
                type "%~dp0answer"
                """
            )
            : folder.Write(
                "plugin.sh",
                """
                here=$(dirname "$0")
                echo "$SETTING $*" >>"$here/runs"
                echo "$KUBERNETES_EXEC_INFO" >"$here/told"
                if [ -e "$here/fail" ]; then echo please log in >&2; exit 3; fi
                if [ -e "$here/say" ]; then cat "$here/say" >&2; fi
                if [ -e "$here/hang" ]; then echo $$ >"$here/pid"; exec sleep 600; fi
                while [ -e "$here/wait" ]; do sleep 0.05; done
                if [ -e "$here/child" ]; then sleep 600 & echo $! >"$here/pid"; fi
                cat "$here/answer"
                """
            );
    }

    /// <summary>What it was called with each time: the variable SETTING and its arguments.</summary>
    public IReadOnlyList<string> Runs =>
        File.Exists(_folder.Path("runs")) ? [.. File.ReadAllLines(_folder.Path("runs")).Select(line => line.Trim())] : [];

    public string Told => File.ReadAllText(_folder.Path("told"));

    /// <param name="status">The status of its ExecCredential, as JSON.</param>
    /// <param name="version">v1 or v1beta1.</param>
    public PluginScript Answers(string status, string version = "v1")
    {
        _folder.Write(
            "answer",
            $$"""{"apiVersion":"client.authentication.k8s.io/{{version}}","kind":"ExecCredential","status":{{status}}}"""
        );
        return this;
    }

    /// <summary>The kubeconfig's <c>exec</c>, in flow style.</summary>
    public string Exec(string version = "v1", string more = "") =>
        $"exec: {{apiVersion: client.authentication.k8s.io/{version}, command: {(OperatingSystem.IsWindows() ? "cmd" : "sh")}, "
        + $"args: [{(OperatingSystem.IsWindows() ? "/c, " : "")}'{_script}', get-token], env: [{{name: SETTING, value: set}}], interactiveMode: Never{more}}}";
}
