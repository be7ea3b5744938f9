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
    public static IReadOnlyList<object> Invoke(ScriptBlock script, object node)
    {
        try
        {
            Collection<PSObject> output = script.InvokeWithContext(null, Variables(node), node);
            return [.. output];
        }
        catch (ExitException exit)
        {
            return LanguagePrimitives.TryConvertTo(exit.Argument, out int code) && code != 0 ? throw Exited(code) : [];
        }
        catch (Exception exception) when (exception is not PipelineStoppedException)
        {
            throw Unwrap(exception);
        }
    }

    /// <summary>What a script block says that ends itself with an exit code.</summary>
    public static InvalidOperationException Exited(int code) => new($"The script block called exit {code}.");

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
