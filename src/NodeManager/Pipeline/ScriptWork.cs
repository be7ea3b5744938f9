using System.Collections.ObjectModel;
using System.Management.Automation;

namespace NodeManager.Pipeline;

/// <summary>Runs a caller's script block for a node, in the caller's runspace, on the pipeline's thread.</summary>
internal static class ScriptWork
{
    /// <summary>
    /// The node is <c>$_</c> and the first argument. Any error ends the script and is thrown, that of a native command's exit code too: a
    /// patch that did not work must not look like one that did.
    /// </summary>
    public static IReadOnlyList<object> Invoke(ScriptBlock script, object node) => Invoke(script, node, Variables(node));

    /// <inheritdoc cref="Invoke(ScriptBlock, object)"/>
    public static IReadOnlyList<object> Invoke(ScriptBlock script, object node, List<PSVariable> variables)
    {
        try
        {
            Collection<PSObject> output = script.InvokeWithContext(null, variables, node);
            return [.. output];
        }
        catch (ExitException exit)
        {
            return LanguagePrimitives.TryConvertTo(exit.Argument, out int code) && code != 0 ? throw new InvalidOperationException($"The script block called exit {code}.") : [];
        }
        catch (Exception exception) when (exception is not PipelineStoppedException)
        {
            throw Unwrap(exception);
        }
    }

    public static List<PSVariable> Variables(object node) =>
        [new("_", node), new("ErrorActionPreference", ActionPreference.Stop), new("PSNativeCommandUseErrorActionPreference", true)];

    /// <summary>What the script says went wrong, without PowerShell's wrapping.</summary>
    public static Exception Unwrap(Exception exception) => exception switch
    {
        MethodInvocationException { InnerException: { } thrown } => Unwrap(thrown),
        RuntimeException { ErrorRecord.Exception: { } cause } when cause != exception => Unwrap(cause),
        _ => exception,
    };
}
