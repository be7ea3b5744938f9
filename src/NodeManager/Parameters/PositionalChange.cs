using System.Collections;
using System.Collections.ObjectModel;
using System.Reflection;

namespace NodeManager.Parameters;

/// <summary>
/// With pipeline input, the first positional argument is the change: <c>Get-ClusterNode w | Set-NodeTaint 'a=b:NoSchedule'</c>. PowerShell
/// binds positional arguments before it knows the pipeline input, so the argument arrives in -Name, which therefore belongs to the
/// parameter set of objects too.
/// </summary>
internal static class PositionalChange
{
    /// <summary>Moves an argument from -Name to the parameter of the change.</summary>
    /// <exception cref="NodeManagerException">InputAmbiguous: both names and pipeline input.</exception>
    public static void Move(PSCmdlet command, string[] names, string parameter)
    {
        Dictionary<string, object> bound = command.MyInvocation.BoundParameters;
        if (!command.MyInvocation.ExpectingInput || !bound.ContainsKey("Name"))
            return;
        if (bound.ContainsKey(parameter) || !IsPositional(bound, "Name"))
        {
            throw new NodeManagerException(
                ErrorIds.InputAmbiguous,
                ErrorKind.InvalidArgument,
                $"The name {string.Join(", ", names)} and pipeline input are both given.",
                names[0],
                $"Use either -Name or the pipeline. With pipeline input, the first positional argument is -{parameter}."
            );
        }

        PropertyInfo property = command.GetType().GetProperty(parameter)!;
        try
        {
            property.SetValue(command, Convert(names.Length == 1 ? names[0] : names, property));
        }
        catch (Exception wrong) when (wrong is MetadataException or PSInvalidCastException)
        {
            command.ThrowTerminatingError(
                new(
                    wrong,
                    wrong is ValidationMetadataException ? "ParameterArgumentValidationError" : "ParameterArgumentTransformationError",
                    ErrorCategory.InvalidData,
                    names
                )
            );
        }
    }

    private static bool IsPositional(Dictionary<string, object> bound, string parameter) =>
        PSObject.AsPSObject(bound).Properties["BoundPositionally"]?.Value is not IEnumerable positional
        || positional.Cast<object?>().Contains(parameter);

    // In the order of PowerShell's binder: transformation, conversion, validation.
    private static object? Convert(object value, PropertyInfo property)
    {
        foreach (ArgumentTransformationAttribute transformation in property.GetCustomAttributes<ArgumentTransformationAttribute>())
            value = transformation.Transform(null!, value)!;
        object converted = LanguagePrimitives.ConvertTo(value, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture);
        // PSVariable applies validation attributes.
        _ = new PSVariable(
            property.Name,
            converted,
            ScopedItemOptions.None,
            new Collection<Attribute>([.. property.GetCustomAttributes<ValidateArgumentsAttribute>()])
        );
        return converted;
    }
}
