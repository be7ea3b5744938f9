using System.Collections;
using System.Globalization;
using System.Management.Automation.Runspaces;
using NodeManager.Core.Sessions;
using NodeManager.Sessions;

namespace NodeManager.Parameters;

/// <summary>Sessions as objects, names or ids of this runspace.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SessionArgumentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Plain(inputData) is IList list ? list.Cast<object?>().Select(Resolve).ToArray() : Resolve(inputData);

    /// <summary>The existing sessions among the values of a command line.</summary>
    public static IEnumerable<NodeManagerSession> Find(object? value)
    {
        foreach (object? one in Plain(value) is IList list ? list : new[] { value })
        {
            NodeManagerSession? found = null;
            try
            {
                found = Resolve(one) as NodeManagerSession;
            }
            catch (ArgumentTransformationMetadataException)
            {
                // An incomplete name is not a session yet.
            }

            if (found is not null)
                yield return found;
        }
    }

    private static object? Resolve(object? value)
    {
        switch (Plain(value))
        {
            case string or int or long:
                string text = Convert.ToString(Plain(value), CultureInfo.InvariantCulture)!;
                try
                {
                    return SessionChoice.ByText(text, SessionRegistry.List(Runspace.DefaultRunspace));
                }
                catch (NodeManagerException failure)
                {
                    throw new ArgumentTransformationMetadataException($"{failure.Message} {failure.RecommendedAction}", failure);
                }

            case NodeManagerSession session:
                return session;
            case PSCustomObject when PSObject.AsPSObject(value!).TypeNames.Contains("Deserialized." + typeof(NodeManagerSession).FullName):
                throw new ArgumentTransformationMetadataException(
                    "This session belongs to another process and cannot be used here. Connect in this process with Connect-NodeManager."
                );
            default:
                return value;
        }
    }

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
