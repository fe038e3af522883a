cadence_channels = {"Postcard": "cadences_app.tests.postcards.channel.POSTCARD"}
cadence_neighbours = ["cadences_app.tests.postcards.neighbour.Notes"]
