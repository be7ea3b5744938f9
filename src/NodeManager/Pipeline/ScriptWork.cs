using NodeManager.Maintenance.Options;

namespace NodeManager.Pipeline;

/// <summary>Runs a script block for a node in the caller's runspace, on the pipeline thread.</summary>
internal static class ScriptWork
{
    private const string Collecting =
        "param($__nodeManagerScript, $__nodeManagerNode, $__nodeManagerOutput) & $__nodeManagerScript $__nodeManagerNode | & { process { $__nodeManagerOutput.Add($_) } }";

    /// <summary>
    /// The node is <c>$_</c> and the first argument. Any error ends the script and is thrown, including a native command's exit code: a
    /// failed patch must not look successful.
    /// </summary>
    public static IReadOnlyList<object> Invoke(ScriptBlock script, object node) => Invoke(script, node, Variables(node));

    /// <inheritdoc cref="Invoke(ScriptBlock, object)"/>
    public static IReadOnlyList<object> Invoke(ScriptBlock script, object node, List<PSVariable> variables)
    {
        List<PSObject> output = [];
        try
        {
            if (Collector(script) is { } collector)
                collector.InvokeWithContext(null, variables, script, node, output);
            else
                output.AddRange(script.InvokeWithContext(null, variables, node));
            return [.. output];
        }
        catch (ExitException exit)
        {
            return LanguagePrimitives.TryConvertTo(exit.Argument, out int code) && code != 0
                ? throw WithOutput(new InvalidOperationException($"The script block called exit {code}."), output)
                : [.. output];
        }
        catch (Exception exception) when (exception is not PipelineStoppedException)
        {
            throw WithOutput(Unwrap(exception), output);
        }
    }

    // PowerShell returns a block's output only if it completes. This one runs it in its own session state and collects objects as they are
    // written.
    private static ScriptBlock? Collector(ScriptBlock script)
    {
        ScriptBlock collector = ScriptBlock.Create(Collecting);
        if (script.Module is { } module)
            return module.NewBoundScriptBlock(collector);
        // From within a module, the caller's block would not see the variables of a collector.
        return ScriptBlock.Create("$ExecutionContext.SessionState.Module").InvokeReturnAsIs() is null ? collector : null;
    }

    private static Exception WithOutput(Exception failure, List<PSObject> output) =>
        output.Count == 0 ? failure : new WorkFailedException(failure, [.. output]);

    public static List<PSVariable> Variables(object node) =>
        [new("_", node), new("ErrorActionPreference", ActionPreference.Stop), new("PSNativeCommandUseErrorActionPreference", true)];

    /// <summary>Unwraps the script's own error.</summary>
    public static Exception Unwrap(Exception exception) =>
        exception switch
        {
            MethodInvocationException { InnerException: { } thrown } => Unwrap(thrown),
            RuntimeException { ErrorRecord.Exception: { } cause } when cause != exception => Unwrap(cause),
            _ => exception,
        };
}
