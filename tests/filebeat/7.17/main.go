// Filebeat as it is, for tests.
package main

import (
	"os"
	_ "time/tzdata"

	"github.com/elastic/beats/v7/filebeat/cmd"
	inputs "github.com/elastic/beats/v7/filebeat/input/default-inputs"
)

func main() {
	settings := cmd.FilebeatSettings()
	if err := cmd.Filebeat(inputs.Init, settings).Execute(); err != nil {
		os.Exit(1)
	}
}
