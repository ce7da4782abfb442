// Parts of sentences about a canal town, by language. Any `when`, `who`, `does` and `where` make a sentence.
export const languages = {
  en: {
    join: parts => `${parts.when}, ${parts.who} ${parts.does} ${parts.where}.`,
    when: 'Before sunrise|On market days|When the fog lifts|After the spring flood|Every other Tuesday|Toward evening|Between two trains|In a dry summer|Once the bells have rung|At the end of term|Long after closing time|During the first frost',
    who: 'the lock keeper|a retired cartographer|the youngest apprentice|our neighbour from the mill|the night librarian|a visiting botanist|the ferry pilot|the clockmaker’s widow|a choir of nine singers|the harbour cook|an absent-minded judge|the bicycle courier',
    does: 'repairs the brass winch|counts the barges that pass|reads aloud from a damp ledger|trades pears for candle wax|paints the water level in blue|teaches two children to whistle|sorts letters nobody has claimed|listens for the slow gears below|draws a map of forgotten wells|polishes eleven identical lamps|argues with the weather report|bakes bread with chestnut flour',
    where:
      'beside the upper sluice|in the attic of the customs house|under the iron footbridge|on a bench facing north|behind the glass factory|along the old towpath|near the flooded quarry|in a room without a clock|between the linden trees|at the corner of Rope Street|on the deck of a grounded boat|inside the empty waiting hall',
  },
  de: {
    join: parts => `${parts.when}: ${parts.who} ${parts.does} ${parts.where}.`,
    when: 'Vor Sonnenaufgang|An Markttagen|Nach dem Hochwasser|Jeden zweiten Dienstag|Gegen Abend|Im trockenen Sommer|Zwischen zwei Zügen|Nach dem Läuten|Zum Schuljahresende|Weit nach Ladenschluss|Beim ersten Frost|Sobald der Nebel weicht',
    who: 'Der Schleusenwärter|Die pensionierte Kartografin|Der jüngste Lehrling|Unsere Nachbarin aus der Mühle|Die Nachtbibliothekarin|Der Fährmann|Die Witwe des Uhrmachers|Ein Chor aus neun Stimmen|Der Hafenkoch|Eine zerstreute Richterin|Der Fahrradbote|Ein durchreisender Botaniker',
    does: 'repariert die Messingwinde|zählt die vorbeifahrenden Kähne|liest aus einem feuchten Hauptbuch vor|tauscht Birnen gegen Kerzenwachs|malt den Wasserstand in Blau|bringt zwei Kindern das Pfeifen bei|ordnet Briefe ohne Empfänger|horcht auf die langsamen Räder|zeichnet eine Karte vergessener Brunnen|poliert elf gleiche Laternen|streitet mit dem Wetterbericht|backt Brot aus Kastanienmehl',
    where:
      'neben dem oberen Wehr|auf dem Dachboden des Zollhauses|unter dem eisernen Steg|auf einer Bank nach Norden|hinter der Glashütte|am alten Treidelpfad|beim gefluteten Steinbruch|in einem Zimmer ohne Uhr|zwischen den Linden|an der Ecke der Seilergasse|an Deck eines gestrandeten Bootes|in der leeren Wartehalle',
  },
  fr: {
    join: parts => `${parts.when}, ${parts.who} ${parts.does} ${parts.where}.`,
    when: 'Avant l’aube|Les jours de marché|Après la crue du printemps|Un mardi sur deux|Vers le soir|Entre deux trains|Par un été sec|Une fois les cloches tues|À la fin du trimestre|Longtemps après la fermeture|Aux premières gelées|Quand la brume se lève',
    who: 'l’éclusier|une cartographe à la retraite|le plus jeune apprenti|notre voisine du moulin|la bibliothécaire de nuit|un botaniste de passage|le pilote du bac|la veuve de l’horloger|un chœur de neuf voix|le cuisinier du port|un juge distrait|la coursière à vélo',
    does: 'répare le treuil en laiton|compte les péniches qui passent|lit à voix haute un registre humide|échange des poires contre de la cire|peint le niveau de l’eau en bleu|apprend à siffler à deux enfants|trie des lettres sans destinataire|écoute les lents engrenages|dessine la carte des puits oubliés|astique onze lampes identiques|se dispute avec la météo|cuit du pain à la farine de châtaigne',
    where:
      'près de l’écluse haute|dans le grenier de la douane|sous la passerelle de fer|sur un banc tourné vers le nord|derrière la verrerie|le long du vieux chemin de halage|à côté de la carrière inondée|dans une pièce sans horloge|entre les tilleuls|au coin de la rue des Cordiers|sur le pont d’un bateau échoué|dans la salle d’attente vide',
  },
  es: {
    join: parts => `${parts.when}, ${parts.who} ${parts.does} ${parts.where}.`,
    when: 'Antes del amanecer|Los días de mercado|Después de la crecida|Un martes de cada dos|Al caer la tarde|Entre dos trenes|En un verano seco|Cuando callan las campanas|Al final del trimestre|Mucho después del cierre|Con la primera helada|Cuando levanta la niebla',
    who: 'el guarda de la esclusa|una cartógrafa jubilada|el aprendiz más joven|nuestra vecina del molino|la bibliotecaria nocturna|un botánico de paso|el piloto del transbordador|la viuda del relojero|un coro de nueve voces|el cocinero del puerto|una jueza distraída|el mensajero en bicicleta',
    does: 'arregla el torno de latón|cuenta las barcazas que pasan|lee en voz alta un libro húmedo|cambia peras por cera de velas|pinta de azul el nivel del agua|enseña a silbar a dos niños|ordena cartas que nadie reclama|escucha los engranajes lentos|dibuja un mapa de pozos olvidados|pule once lámparas idénticas|discute con el parte del tiempo|hornea pan con harina de castaña',
    where:
      'junto a la compuerta alta|en el desván de la aduana|bajo la pasarela de hierro|en un banco que mira al norte|detrás de la fábrica de vidrio|por el viejo camino de sirga|cerca de la cantera inundada|en un cuarto sin reloj|entre los tilos|en la esquina de la calle Cordeleros|en la cubierta de un barco varado|en la sala de espera vacía',
  },
  ru: {
    join: parts => `${parts.when} ${parts.who} ${parts.does} ${parts.where}.`,
    when: 'До рассвета|В базарные дни|После весеннего паводка|Каждый второй вторник|Ближе к вечеру|Между двумя поездами|Засушливым летом|Когда стихают колокола|В конце четверти|Задолго после закрытия|С первыми заморозками|Когда рассеивается туман',
    who: 'смотритель шлюза|картограф на пенсии|самый младший подмастерье|наша соседка с мельницы|ночной библиотекарь|приезжий ботаник|паромщик|вдова часовщика|хор из девяти голосов|повар из гавани|рассеянный судья|курьер на велосипеде',
    does: 'чинит латунную лебёдку|считает проходящие баржи|читает вслух сырую книгу|меняет груши на свечной воск|красит уровень воды синим|учит двоих детей свистеть|разбирает письма без адресата|слушает медленные шестерни|рисует карту забытых колодцев|полирует одиннадцать одинаковых ламп|спорит с прогнозом погоды|печёт хлеб из каштановой муки',
    where:
      'у верхнего затвора|на чердаке таможни|под железным мостиком|на скамье лицом к северу|за стекольным заводом|вдоль старой бечевой тропы|возле затопленного карьера|в комнате без часов|между липами|на углу Канатной улицы|на палубе севшей на мель лодки|в пустом зале ожидания',
  },
  zh: {
    join: parts => `${parts.when}，${parts.who}${parts.where}${parts.does}。`,
    when: '日出之前|赶集的日子|春汛过后|每隔一个星期二|傍晚时分|两班火车之间|干旱的夏天|钟声停了以后|学期末|打烊很久以后|初霜来临时|雾散的时候',
    who: '守闸人|一位退休的制图师|最年轻的学徒|磨坊的邻居|夜班图书管理员|路过的植物学家|渡船的舵手|钟表匠的遗孀|九个人的合唱队|码头的厨师|心不在焉的法官|骑车的信使',
    does: '修理黄铜绞盘|数着经过的驳船|朗读一本受潮的账簿|用梨换蜡烛|把水位线漆成蓝色|教两个孩子吹口哨|整理无人认领的信|倾听缓慢的齿轮|画一张被遗忘的水井地图|擦亮十一盏相同的灯|和天气预报争论|用栗子粉烤面包',
    where:
      '在上游闸门旁|在海关的阁楼里|在铁桥下面|在朝北的长椅上|在玻璃厂后面|沿着旧纤道|在淹没的采石场附近|在没有钟的房间里|在椴树之间|在绳匠街的拐角|在搁浅的船上|在空荡的候车室里',
  },
  ja: {
    join: parts => `${parts.when}、${parts.who}は${parts.where}${parts.does}。`,
    when: '日の出前|市の立つ日|春の増水のあと|一週おきの火曜日|夕方になると|列車と列車の間|乾いた夏に|鐘が鳴りやむと|学期の終わりに|閉店のずっとあと|初霜のころ|霧が晴れると',
    who: '水門番|引退した地図職人|いちばん若い見習い|水車小屋の隣人|夜の司書|旅の植物学者|渡し船の船頭|時計職人の未亡人|九人の合唱団|港の料理人|うっかり者の判事|自転車の配達人',
    does: '真鍮の巻き上げ機を直す|通り過ぎるはしけを数える|湿った帳簿を朗読する|梨をろうそくと交換する|水位の印を青く塗る|二人の子どもに口笛を教える|宛先のない手紙を分ける|ゆっくり回る歯車に耳を澄ます|忘れられた井戸の地図を描く|同じランプを十一個みがく|天気予報と言い争う|栗の粉でパンを焼く',
    where:
      '上の水門のそばで|税関の屋根裏で|鉄の歩道橋の下で|北向きのベンチで|ガラス工場の裏で|古い曳舟道で|水に沈んだ石切り場の近くで|時計のない部屋で|菩提樹の間で|縄屋通りの角で|座礁した船の甲板で|空っぽの待合室で',
  },
}
