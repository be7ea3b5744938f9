using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

internal static class VolumeSourceRules
{
    /// <summary>Returns the names of mountable volumes.</summary>
    public static HashSet<string> Validate(JsonArray volumes, string at, FieldErrors errors)
    {
        HashSet<string> usable = new(StringComparer.Ordinal),
            names = new(StringComparer.Ordinal);
        for (int i = 0; i < volumes.Count; i++)
        {
            var volume = volumes[i] as JsonObject;
            string path = $"{at}[{i}]",
                name = volume.Text("name") ?? "";
            int before = errors.Faults.Count;
            ValidateSource(volume, path, errors);
            if (name.Length == 0)
                errors.Required(path + ".name");
            else
                errors.Check(path + ".name", name, NameRules.Label);
            if (name.Length > 0 && names.Contains(name))
                errors.Duplicate(path + ".name", name);
            if (errors.Faults.Count > before)
                continue;
            names.Add(name);
            usable.Add(name);
        }

        return usable;
    }

    private static void ValidateSource(JsonObject? volume, string at, FieldErrors errors)
    {
        bool isFirst = true;
        foreach ((string source, JsonNode? value) in volume ?? [])
        {
            if (source == "name" || value is not JsonObject body)
                continue;
            string path = $"{at}.{source}";
            if (!isFirst)
            {
                errors.Forbidden(path, "may not specify more than 1 volume type");
                continue;
            }

            isFirst = false;
            string required = source switch
            {
                "configMap" => "name",
                "secret" => "secretName",
                "persistentVolumeClaim" => "claimName",
                "hostPath" => "path",
                _ => "",
            };
            if (required.Length > 0 && string.IsNullOrEmpty(body.Text(required)))
                errors.Required($"{path}.{required}");
            if (body.Number("defaultMode") is < 0 or > 511)
                errors.Invalid(path + ".defaultMode", body["defaultMode"], "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }
}
