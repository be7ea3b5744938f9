using System.Collections;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace NodeManager.Pipeline;

/// <summary>
/// A script block that runs per node in its own runspace, with the module and the caller's <c>$using:</c> values. Several run concurrently.
/// </summary>
internal sealed class IsolatedScript
{
    // Recreates the block in its runspace. The invocation is in this script because a script cannot catch exit of another.
    private const string Invocation =
        "param($invoke, $text, $node) $ErrorActionPreference = 'Stop'; $invoke.Invoke([scriptblock]::Create($text), $node)";

    private readonly string _text;
    private readonly IReadOnlyList<(string Name, object? Value)> _values;
    private readonly InitialSessionState _state;

    private IsolatedScript(string text, IReadOnlyList<(string Name, object? Value)> values, InitialSessionState state)
    {
        _text = text;
        _values = values;
        _state = state;
    }

    /// <summary>Captures the caller's values immediately; they may change later.</summary>
    public static IsolatedScript Of(ScriptBlock script, CommandInvocationIntrinsics caller, string? module)
    {
        List<(string Name, object? Value)> values = [];
        StringBuilder text = new(script.ToString());
        int offset = script.Ast.Extent.Text.IndexOf(text.ToString(), StringComparison.Ordinal) + script.Ast.Extent.StartOffset;
        UsingExpressionAst[] uses =
        [
            .. script
                .Ast.FindAll(a => a is UsingExpressionAst, true)
                .Cast<UsingExpressionAst>()
                .OrderByDescending(u => u.Extent.StartOffset),
        ];
        foreach (UsingExpressionAst use in uses)
        {
            string name = $"__using{values.Count}";
            string expression = use
                .Extent.Text.Replace("$using:", "$", StringComparison.OrdinalIgnoreCase)
                .Replace("${using:", "${", StringComparison.OrdinalIgnoreCase);
            // In a hashtable, since a collection would be enumerated.
            var wrapped = (Hashtable)caller.InvokeScript(false, caller.NewScriptBlock($"@{{ Value = {expression} }}"), null)[0].BaseObject;
            values.Add((name, wrapped["Value"]));
            text.Remove(use.Extent.StartOffset - offset, use.Extent.Text.Length).Insert(use.Extent.StartOffset - offset, "${" + name + "}");
        }

        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (module is not null)
            state.ImportPSModule([Path.Combine(module, "NodeManager.psd1")]);
        return new(text.ToString(), values, state);
    }

    /// <summary>Runs the script for a node or another object. Returns its output, throws its error, and forwards other streams.</summary>
    public async Task<IReadOnlyList<object>> RunAsync(object node, IScriptStreams streams, CancellationToken cancellationToken)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(_state);
        await Task.Run(runspace.Open, cancellationToken);
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        List<PSVariable> variables = [.. ScriptWork.Variables(node), .. _values.Select(v => new PSVariable(v.Name, v.Value))];
        Func<ScriptBlock, object, IReadOnlyList<object>> invoke = (script, target) => ScriptWork.Invoke(script, target, variables);
        shell.AddScript(Invocation).AddArgument(invoke).AddArgument(_text).AddArgument(node);
        shell.Streams.Warning.DataAdded += (_, added) => streams.Write(shell.Streams.Warning[added.Index]);
        shell.Streams.Verbose.DataAdded += (_, added) => streams.Write(shell.Streams.Verbose[added.Index]);
        shell.Streams.Information.DataAdded += (_, added) => streams.Write(shell.Streams.Information[added.Index]);
        await using CancellationTokenRegistration stop = cancellationToken.Register(() => shell.BeginStop(null, null));
        try
        {
            using PSDataCollection<PSObject> output = await Task.Factory.FromAsync(shell.BeginInvoke(), shell.EndInvoke);
            return [.. output];
        }
        catch (PipelineStoppedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        catch (Exception exception)
        {
            throw ScriptWork.Unwrap(exception);
        }
    }
}
